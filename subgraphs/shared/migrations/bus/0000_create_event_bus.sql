CREATE TABLE "bus_consumer" (
	"consumer" text PRIMARY KEY NOT NULL,
	"xid" "xid8" NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bus_event" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"event_id" uuid NOT NULL,
	"xid" "xid8" DEFAULT greatest(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8) NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "bus_event_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"aggregate_type" text NOT NULL,
	"aggregate_id" text NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"actor" text NOT NULL,
	"correlation_id" text NOT NULL,
	"causation_id" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bus_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE UNIQUE INDEX "bus_event_id" ON "bus_event" USING btree ("tenant_id","event_id");--> statement-breakpoint
CREATE INDEX "bus_event_position" ON "bus_event" USING btree ("xid","seq");--> statement-breakpoint
CREATE INDEX "bus_event_age" ON "bus_event" USING btree ("published_at");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "bus_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));