CREATE TABLE "consumed_event" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"consumed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consumed_event_key" PRIMARY KEY("tenant_id","consumer","event_id")
);
--> statement-breakpoint
ALTER TABLE "consumed_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "dispatch_offset" (
	"source" text PRIMARY KEY NOT NULL,
	"xid" "xid8" NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "failed_event" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"arrival" bigint GENERATED ALWAYS AS IDENTITY (sequence name "failed_event_arrival_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"aggregate_type" text NOT NULL,
	"aggregate_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"last_error" text,
	"parked_at" timestamp (3) with time zone,
	CONSTRAINT "failed_event_key" PRIMARY KEY("tenant_id","consumer","event_id")
);
--> statement-breakpoint
ALTER TABLE "failed_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "journal" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"aggregate_type" text NOT NULL,
	"aggregate_id" text NOT NULL,
	"version" integer NOT NULL,
	"xid" "xid8" DEFAULT greatest(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8) NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "journal_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"actor" text NOT NULL,
	"correlation_id" text NOT NULL,
	"causation_id" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journal_version" PRIMARY KEY("tenant_id","aggregate_type","aggregate_id","version"),
	CONSTRAINT "journal_version_positive" CHECK ("journal"."version" > 0),
	CONSTRAINT "journal_data_size" CHECK (pg_column_size(data) <= 65536)
);
--> statement-breakpoint
ALTER TABLE "journal" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "journal_seal" (
	"ordinal" bigint NOT NULL,
	"last_xid" "xid8" NOT NULL,
	"last_seq" bigint NOT NULL,
	"row_count" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journal_seal_ordinal" PRIMARY KEY("ordinal")
);
--> statement-breakpoint
CREATE TABLE "kpi_sample" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"slice_id" uuid NOT NULL,
	"observed_at" timestamp (3) with time zone NOT NULL,
	"latency_ms" double precision,
	"jitter_ms" double precision,
	"packet_loss_ratio" double precision,
	"downlink_bps" bigint,
	CONSTRAINT "kpi_sample_key" PRIMARY KEY("tenant_id","slice_id","observed_at"),
	CONSTRAINT "kpi_sample_values" CHECK (num_nonnulls("kpi_sample"."latency_ms", "kpi_sample"."jitter_ms", "kpi_sample"."packet_loss_ratio", "kpi_sample"."downlink_bps") > 0)
);
--> statement-breakpoint
ALTER TABLE "kpi_sample" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "kpi_window" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"slice_id" uuid NOT NULL,
	"metric" text NOT NULL,
	"readings" jsonb NOT NULL,
	CONSTRAINT "kpi_window_key" PRIMARY KEY("tenant_id","slice_id","metric")
);
--> statement-breakpoint
ALTER TABLE "kpi_window" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "link_end" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"site_id" uuid NOT NULL,
	"link_id" uuid NOT NULL,
	"length_m" integer NOT NULL,
	CONSTRAINT "link_end_key" PRIMARY KEY("tenant_id","link_id","site_id")
);
--> statement-breakpoint
ALTER TABLE "link_end" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "link" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"topology_id" text NOT NULL,
	"a_end_id" uuid NOT NULL,
	"z_end_id" uuid NOT NULL,
	"length_m" integer NOT NULL,
	"capacity_bps" bigint,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "link_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "link_length" UNIQUE("tenant_id","id","length_m"),
	CONSTRAINT "link_joins_two_sites" CHECK ("link"."a_end_id" <> "link"."z_end_id"),
	CONSTRAINT "link_length_m" CHECK ("link"."length_m" >= 0),
	CONSTRAINT "link_capacity_bps" CHECK ("link"."capacity_bps" > 0),
	CONSTRAINT "link_status" CHECK ("link"."status" in ('UP', 'DOWN'))
);
--> statement-breakpoint
ALTER TABLE "link" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sd_counter" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"service_type" text NOT NULL,
	"last_sd" integer NOT NULL,
	CONSTRAINT "sd_counter_key" PRIMARY KEY("tenant_id","service_type")
);
--> statement-breakpoint
ALTER TABLE "sd_counter" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "site" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"topology_id" text NOT NULL,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	CONSTRAINT "site_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "site_latitude" CHECK ("site"."latitude" between -90 and 90),
	CONSTRAINT "site_longitude" CHECK ("site"."longitude" between -180 and 180)
);
--> statement-breakpoint
ALTER TABLE "site" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sla_violation" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"slice_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"metric" text NOT NULL,
	"threshold" double precision NOT NULL,
	"observed" double precision NOT NULL,
	"severity" text NOT NULL,
	"explanation" jsonb NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "sla_violation_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sla_violation_metric" CHECK ("sla_violation"."metric" in ('LATENCY_MS', 'JITTER_MS', 'PACKET_LOSS_RATIO', 'DOWNLINK_BPS')),
	CONSTRAINT "sla_violation_severity" CHECK ("sla_violation"."severity" in ('MINOR', 'MAJOR', 'CRITICAL')),
	CONSTRAINT "sla_violation_closed_later" CHECK ("sla_violation"."closed_at" > "sla_violation"."opened_at")
);
--> statement-breakpoint
ALTER TABLE "sla_violation" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "slice" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"name" text NOT NULL,
	"service_type" text NOT NULL,
	"sd" integer NOT NULL,
	"latency_ms_max" double precision,
	"jitter_ms_max" double precision,
	"packet_loss_ratio_max" double precision,
	"downlink_bps_min" bigint,
	"ordered_by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "slice_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "slice_order" UNIQUE("tenant_id","ordered_by","idempotency_key"),
	CONSTRAINT "slice_s_nssai" UNIQUE("tenant_id","service_type","sd"),
	CONSTRAINT "slice_service_type" CHECK ("slice"."service_type" in ('EMBB', 'URLLC', 'MIOT', 'V2X')),
	CONSTRAINT "slice_sd" CHECK ("slice"."sd" between 1 and 16777214),
	CONSTRAINT "slice_objectives" CHECK (num_nonnulls("slice"."latency_ms_max", "slice"."jitter_ms_max", "slice"."packet_loss_ratio_max", "slice"."downlink_bps_min") > 0)
);
--> statement-breakpoint
ALTER TABLE "slice" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "topology" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "topology_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "topology" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "kpi_sample" ADD CONSTRAINT "kpi_sample_slice" FOREIGN KEY ("tenant_id","slice_id") REFERENCES "public"."slice"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kpi_window" ADD CONSTRAINT "kpi_window_slice" FOREIGN KEY ("tenant_id","slice_id") REFERENCES "public"."slice"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_end" ADD CONSTRAINT "link_end_length" FOREIGN KEY ("tenant_id","link_id","length_m") REFERENCES "public"."link"("tenant_id","id","length_m") ON DELETE no action ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "link_end" ADD CONSTRAINT "link_end_site" FOREIGN KEY ("tenant_id","site_id") REFERENCES "public"."site"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link" ADD CONSTRAINT "link_topology" FOREIGN KEY ("tenant_id","topology_id") REFERENCES "public"."topology"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link" ADD CONSTRAINT "link_a_end" FOREIGN KEY ("tenant_id","a_end_id") REFERENCES "public"."site"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link" ADD CONSTRAINT "link_z_end" FOREIGN KEY ("tenant_id","z_end_id") REFERENCES "public"."site"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "site" ADD CONSTRAINT "site_topology" FOREIGN KEY ("tenant_id","topology_id") REFERENCES "public"."topology"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sla_violation" ADD CONSTRAINT "sla_violation_slice" FOREIGN KEY ("tenant_id","slice_id") REFERENCES "public"."slice"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consumed_event_age" ON "consumed_event" USING btree ("consumed_at");--> statement-breakpoint
CREATE INDEX "failed_event_waiting" ON "failed_event" USING btree ("consumer","tenant_id","aggregate_type","aggregate_id","arrival") WHERE "failed_event"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "failed_event_parked" ON "failed_event" USING btree ("tenant_id","parked_at") WHERE "failed_event"."parked_at" is not null;--> statement-breakpoint
CREATE INDEX "journal_position" ON "journal" USING btree ("xid","seq");--> statement-breakpoint
CREATE INDEX "link_end_by_length" ON "link_end" USING btree ("tenant_id","site_id","length_m","link_id");--> statement-breakpoint
CREATE INDEX "link_of_topology" ON "link" USING btree ("tenant_id","topology_id");--> statement-breakpoint
CREATE INDEX "site_by_name" ON "site" USING btree ("tenant_id","name","id");--> statement-breakpoint
CREATE INDEX "site_of_topology" ON "site" USING btree ("tenant_id","topology_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sla_violation_open" ON "sla_violation" USING btree ("tenant_id","slice_id","metric") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "sla_violation_newest" ON "sla_violation" USING btree ("tenant_id","opened_at","id");--> statement-breakpoint
CREATE INDEX "sla_violation_of_slice" ON "sla_violation" USING btree ("tenant_id","slice_id","opened_at","id");--> statement-breakpoint
CREATE INDEX "sla_violation_of_owner" ON "sla_violation" USING btree ("tenant_id","owner_id","opened_at","id");--> statement-breakpoint
CREATE INDEX "sla_violation_newest_open" ON "sla_violation" USING btree ("tenant_id","opened_at","id") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "slice_newest" ON "slice" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "slice_of_owner" ON "slice" USING btree ("tenant_id","owner_id","created_at","id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "consumed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "failed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "journal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "kpi_sample" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "kpi_window" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "link_end" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "link" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sd_counter" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "site" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sla_violation" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "slice" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "topology" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));