ALTER TABLE "sla_violation" DROP CONSTRAINT "sla_violation_closed_later";--> statement-breakpoint
ALTER TABLE "kpi_sample" ADD COLUMN "probe" text DEFAULT 'default' NOT NULL;--> statement-breakpoint
ALTER TABLE "kpi_sample" DROP CONSTRAINT "kpi_sample_key";
--> statement-breakpoint
ALTER TABLE "kpi_sample" ADD CONSTRAINT "kpi_sample_key" PRIMARY KEY("tenant_id","slice_id","observed_at","probe");--> statement-breakpoint
ALTER TABLE "kpi_window" ADD CONSTRAINT "kpi_window_metric" CHECK ("kpi_window"."metric" in ('LATENCY_MS', 'JITTER_MS', 'PACKET_LOSS_RATIO', 'DOWNLINK_BPS'));--> statement-breakpoint
ALTER TABLE "sd_counter" ADD CONSTRAINT "sd_counter_service_type" CHECK ("sd_counter"."service_type" in ('EMBB', 'URLLC', 'MIOT', 'V2X'));--> statement-breakpoint
ALTER TABLE "sla_violation" ADD CONSTRAINT "sla_violation_closed_not_before" CHECK ("sla_violation"."closed_at" >= "sla_violation"."opened_at");