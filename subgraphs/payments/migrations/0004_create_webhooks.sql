CREATE TABLE "webhook_attempt" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"delivery_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"outcome" text NOT NULL,
	"http_status" integer,
	"response_excerpt" text,
	CONSTRAINT "webhook_attempt_key" PRIMARY KEY("tenant_id","delivery_id","number")
);
--> statement-breakpoint
ALTER TABLE "webhook_attempt" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_delivery" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_version" integer NOT NULL,
	"arrival" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhook_delivery_arrival_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"status" text NOT NULL,
	"attempts" integer NOT NULL,
	"attempts_before_replay" integer NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"claim" uuid,
	"claimed_until" timestamp (3) with time zone,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_delivery_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhook_delivery_finished_at" CHECK (("webhook_delivery"."status" = 'PENDING') = ("webhook_delivery"."finished_at" is null)),
	CONSTRAINT "webhook_delivery_claim_whole" CHECK (num_nonnulls("webhook_delivery"."claim", "webhook_delivery"."claimed_until") in (0, 2))
);
--> statement-breakpoint
ALTER TABLE "webhook_delivery" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_endpoint" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"event_types" text[] NOT NULL,
	"status" text NOT NULL,
	"pause_reason" text,
	"version" integer NOT NULL,
	"data_key_id" uuid,
	"sealed_secret" "bytea",
	"previous_data_key_id" uuid,
	"previous_sealed_secret" "bytea",
	"previous_secret_until" timestamp (3) with time zone,
	"failures_in_row" integer DEFAULT 0 NOT NULL,
	"resting_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_endpoint_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhook_endpoint_paused_for_a_reason" CHECK (("webhook_endpoint"."status" = 'PAUSED') = ("webhook_endpoint"."pause_reason" is not null)),
	CONSTRAINT "webhook_endpoint_secret_until_deleted" CHECK (num_nonnulls("webhook_endpoint"."data_key_id", "webhook_endpoint"."sealed_secret") = case when "webhook_endpoint"."status" = 'DELETED' then 0 else 2 end),
	CONSTRAINT "webhook_endpoint_previous_secret_whole" CHECK (num_nonnulls("webhook_endpoint"."previous_data_key_id", "webhook_endpoint"."previous_sealed_secret", "webhook_endpoint"."previous_secret_until") in (0, 3)),
	CONSTRAINT "webhook_endpoint_deleted_at" CHECK (("webhook_endpoint"."status" = 'DELETED') = ("webhook_endpoint"."deleted_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "webhook_endpoint" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhook_attempt" ADD CONSTRAINT "webhook_attempt_delivery" FOREIGN KEY ("tenant_id","delivery_id") REFERENCES "public"."webhook_delivery"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_endpoint" FOREIGN KEY ("tenant_id","endpoint_id") REFERENCES "public"."webhook_endpoint"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_data_key" FOREIGN KEY ("tenant_id","data_key_id") REFERENCES "public"."vault_data_key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_previous_data_key" FOREIGN KEY ("tenant_id","previous_data_key_id") REFERENCES "public"."vault_data_key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_delivery_once" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","event_id");--> statement-breakpoint
CREATE INDEX "webhook_delivery_due" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","next_attempt_at","arrival") WHERE "webhook_delivery"."status" = 'PENDING';--> statement-breakpoint
CREATE INDEX "webhook_delivery_order" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","subject_type","subject_id","arrival") WHERE "webhook_delivery"."status" = 'PENDING';--> statement-breakpoint
CREATE INDEX "webhook_delivery_claimed" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","claimed_until") WHERE "webhook_delivery"."status" = 'PENDING' and "webhook_delivery"."claimed_until" is not null;--> statement-breakpoint
CREATE INDEX "webhook_delivery_of_endpoint" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","id");--> statement-breakpoint
CREATE INDEX "webhook_delivery_by_status" ON "webhook_delivery" USING btree ("tenant_id","status","id");--> statement-breakpoint
CREATE INDEX "webhook_delivery_of_endpoint_by_status" ON "webhook_delivery" USING btree ("tenant_id","endpoint_id","status","id");--> statement-breakpoint
CREATE INDEX "webhook_delivery_finished" ON "webhook_delivery" USING btree ("finished_at");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoint_url" ON "webhook_endpoint" USING btree ("tenant_id","url") WHERE "webhook_endpoint"."status" <> 'DELETED';--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "webhook_attempt" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "webhook_delivery" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "webhook_endpoint" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));