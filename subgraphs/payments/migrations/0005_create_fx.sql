CREATE TABLE "fx_quote" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"owner_id" uuid,
	"requested_by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"side" text NOT NULL,
	"source_currency" char(3) NOT NULL,
	"target_currency" char(3) NOT NULL,
	"debited_minor" bigint NOT NULL,
	"fixed_fee_minor" bigint NOT NULL,
	"proportional_fee_minor" bigint NOT NULL,
	"exchanged_minor" bigint NOT NULL,
	"delivered_minor" bigint NOT NULL,
	"delivered_at_mid_minor" bigint NOT NULL,
	"spread_minor" bigint NOT NULL,
	"rounding_minor" bigint NOT NULL,
	"mid_rate" numeric NOT NULL,
	"customer_rate" numeric NOT NULL,
	"spread_bps" integer NOT NULL,
	"fee_bps" integer NOT NULL,
	"source_rate" numeric,
	"source_rate_day" date,
	"source_rate_version" integer,
	"target_rate" numeric,
	"target_rate_day" date,
	"target_rate_version" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_for" text,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "fx_quote_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "fx_quote_debited_is_its_parts" CHECK ("fx_quote"."debited_minor" = "fx_quote"."fixed_fee_minor" + "fx_quote"."proportional_fee_minor" + "fx_quote"."exchanged_minor"),
	CONSTRAINT "fx_quote_exchanged_is_its_parts" CHECK ("fx_quote"."exchanged_minor" = "fx_quote"."delivered_at_mid_minor" + "fx_quote"."spread_minor" + "fx_quote"."rounding_minor"),
	CONSTRAINT "fx_quote_no_part_negative" CHECK (least("fx_quote"."fixed_fee_minor", "fx_quote"."proportional_fee_minor", "fx_quote"."spread_minor", "fx_quote"."rounding_minor") >= 0
        and least("fx_quote"."exchanged_minor", "fx_quote"."delivered_minor", "fx_quote"."delivered_at_mid_minor") > 0),
	CONSTRAINT "fx_quote_two_currencies" CHECK ("fx_quote"."source_currency" <> "fx_quote"."target_currency"),
	CONSTRAINT "fx_quote_used_whole" CHECK (num_nonnulls("fx_quote"."used_for", "fx_quote"."used_at") in (0, 2))
);
--> statement-breakpoint
ALTER TABLE "fx_quote" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "fx_rate" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"currency" text NOT NULL,
	"day" date NOT NULL,
	"version" integer NOT NULL,
	"rate" numeric NOT NULL,
	"import_id" uuid NOT NULL,
	CONSTRAINT "fx_rate_key" PRIMARY KEY("tenant_id","currency","day","version"),
	CONSTRAINT "fx_rate_currency_form" CHECK ("fx_rate"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "fx_rate_positive" CHECK ("fx_rate"."rate" > 0),
	CONSTRAINT "fx_rate_version_positive" CHECK ("fx_rate"."version" > 0)
);
--> statement-breakpoint
ALTER TABLE "fx_rate" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "fx_rate_import" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"digest" text NOT NULL,
	"added" integer NOT NULL,
	"corrected" integer NOT NULL,
	"imported_by" text NOT NULL,
	"imported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "fx_rate_import_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "fx_rate_import" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "fx_rate" ADD CONSTRAINT "fx_rate_import_of" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."fx_rate_import"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "fx_quote_request" ON "fx_quote" USING btree ("tenant_id","requested_by","idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "fx_quote_used_for" ON "fx_quote" USING btree ("tenant_id","used_for") WHERE "fx_quote"."used_for" is not null;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "fx_quote" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "fx_rate" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "fx_rate_import" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
-- What was published stays: a correction is a later version of its day.
create trigger append_only before update or delete or truncate on fx_rate
  for each statement execute function refuse_rewriting_history();
