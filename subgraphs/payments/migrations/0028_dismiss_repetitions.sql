ALTER TABLE "reconciliation_item" DROP CONSTRAINT "reconciliation_item_requested";--> statement-breakpoint
ALTER TABLE "reconciliation_item" DROP CONSTRAINT "reconciliation_item_four_eyes";--> statement-breakpoint
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_dismissed" CHECK (case when "reconciliation_item"."state" = 'DISMISSAL_REQUESTED' or "reconciliation_item"."resolution" = 'DISMISSED'
        then "reconciliation_item"."rule" = 'REPEATED_LINE' else true end);--> statement-breakpoint
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_requested" CHECK (num_nonnulls("reconciliation_item"."requested_by", "reconciliation_item"."requested_at", "reconciliation_item"."reason") =
        case when "reconciliation_item"."state" in ('WRITE_OFF_REQUESTED', 'DISMISSAL_REQUESTED', 'WRITTEN_OFF')
          or "reconciliation_item"."resolution" = 'DISMISSED' then 3 else 0 end);--> statement-breakpoint
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_four_eyes" CHECK (case when "reconciliation_item"."state" = 'WRITTEN_OFF' or "reconciliation_item"."resolution" = 'DISMISSED'
        then "reconciliation_item"."requested_by" <> "reconciliation_item"."resolved_by" else true end);