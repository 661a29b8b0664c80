CREATE TABLE "card" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"brand" text NOT NULL,
	"bin" text NOT NULL,
	"last_four" text NOT NULL,
	"expiry_month" integer NOT NULL,
	"expiry_year" integer NOT NULL,
	"version" integer NOT NULL,
	"data_key_id" uuid,
	"sealed" "bytea",
	"lookup_key_id" text,
	"fingerprint" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "card_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "card_bin_form" CHECK ("card"."bin" ~ '^([0-9]{6}|[0-9]{8})$'),
	CONSTRAINT "card_last_four_form" CHECK ("card"."last_four" ~ '^[0-9]{4}$'),
	CONSTRAINT "card_expiry_month_form" CHECK ("card"."expiry_month" between 1 and 12),
	CONSTRAINT "card_number_until_removed" CHECK (num_nonnulls("card"."data_key_id", "card"."sealed", "card"."lookup_key_id", "card"."fingerprint") = case when "card"."removed_at" is null then 4 else 0 end)
);
--> statement-breakpoint
ALTER TABLE "card" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "card_reveal" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"card_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"revealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_reveal_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "card_reveal" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "vault_data_key" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"wrapping_key_id" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "vault_data_key_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "vault_data_key_wrapped_size" CHECK (octet_length("vault_data_key"."wrapped") >= 61)
);
--> statement-breakpoint
ALTER TABLE "vault_data_key" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "card" ADD CONSTRAINT "card_data_key" FOREIGN KEY ("tenant_id","data_key_id") REFERENCES "public"."vault_data_key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_reveal" ADD CONSTRAINT "card_reveal_card" FOREIGN KEY ("tenant_id","card_id") REFERENCES "public"."card"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "card_once_for_each_owner" ON "card" USING btree ("tenant_id","owner_id","lookup_key_id","fingerprint");--> statement-breakpoint
CREATE INDEX "card_of_owner" ON "card" USING btree ("tenant_id","owner_id","id") WHERE "card"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "card_of_data_key" ON "card" USING btree ("tenant_id","data_key_id","id");--> statement-breakpoint
CREATE INDEX "card_reveal_of_actor" ON "card_reveal" USING btree ("tenant_id","actor","revealed_at");--> statement-breakpoint
CREATE UNIQUE INDEX "vault_data_key_one_active" ON "vault_data_key" USING btree ("tenant_id") WHERE "vault_data_key"."retired_at" is null;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "card" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "card_reveal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "vault_data_key" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
-- Who was shown a card number stays: it is what the bound on reveals counts, and what is reviewed.
create trigger append_only before update or delete or truncate on card_reveal
  for each statement execute function refuse_rewriting_history();
