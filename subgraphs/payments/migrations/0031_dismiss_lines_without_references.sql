ALTER TABLE "reconciliation_item" DROP CONSTRAINT "reconciliation_item_dismissed";--> statement-breakpoint
CREATE INDEX "bank_statement_line_without_references" ON "bank_statement_line" USING btree ("tenant_id","account","booked_on") WHERE "bank_statement_line"."bank_reference" is null and "bank_statement_line"."lookup" is null;--> statement-breakpoint
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_dismissed" CHECK (case when "reconciliation_item"."state" = 'DISMISSAL_REQUESTED' or "reconciliation_item"."resolution" = 'DISMISSED'
        then "reconciliation_item"."rule" = 'REPEATED_LINE' or (
          "reconciliation_item"."rule" = 'NO_COUNTERPART' and "reconciliation_item"."status" = 'MISSING_INTERNALLY' and cardinality("reconciliation_item"."line_ids") = 1)
        else true end);