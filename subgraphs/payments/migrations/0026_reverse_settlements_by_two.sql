ALTER TABLE "settlement_cycle" DROP CONSTRAINT "settlement_cycle_state_known";--> statement-breakpoint
DROP INDEX "settlement_cycle_unsettled";--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD COLUMN "reversal_requested_by" uuid;--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD COLUMN "reversal_requested_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD COLUMN "reversal_reason" text;--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD COLUMN "reversal_approved_by" uuid;--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD COLUMN "reversal_approved_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "settlement_cycle_due" ON "settlement_cycle" USING btree ("tenant_id","cut_off_at") WHERE "settlement_cycle"."state" in ('OPEN', 'CLOSED', 'REVERSING');--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD CONSTRAINT "settlement_cycle_reversal_requested" CHECK (num_nonnulls("settlement_cycle"."reversal_requested_by", "settlement_cycle"."reversal_requested_at", "settlement_cycle"."reversal_reason") =
        case when "settlement_cycle"."state" in ('REVERSAL_REQUESTED', 'REVERSING', 'REVERSED') then 3 else 0 end);--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD CONSTRAINT "settlement_cycle_reversal_approved" CHECK (num_nonnulls("settlement_cycle"."reversal_approved_by", "settlement_cycle"."reversal_approved_at") =
        case when "settlement_cycle"."state" in ('REVERSING', 'REVERSED') then 2 else 0 end);--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD CONSTRAINT "settlement_cycle_four_eyes" CHECK ("settlement_cycle"."reversal_requested_by" <> "settlement_cycle"."reversal_approved_by");--> statement-breakpoint
ALTER TABLE "settlement_cycle" ADD CONSTRAINT "settlement_cycle_state_known" CHECK ("settlement_cycle"."state" in ('OPEN', 'CLOSED', 'SETTLED', 'REVERSAL_REQUESTED', 'REVERSING', 'REVERSED'));