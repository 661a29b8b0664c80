ALTER TABLE "balance_entry" DROP CONSTRAINT "balance_entry_kind";--> statement-breakpoint
ALTER TABLE "balance_entry" DROP CONSTRAINT "balance_entry_sign";--> statement-breakpoint
CREATE UNIQUE INDEX "balance_entry_refund" ON "balance_entry" USING btree ("tenant_id","reference") WHERE "balance_entry"."kind" = 'REFUND';--> statement-breakpoint
ALTER TABLE "balance_entry" ADD CONSTRAINT "balance_entry_kind" CHECK ("balance_entry"."kind" in ('OPENING', 'USAGE', 'TOP_UP', 'REFUND'));--> statement-breakpoint
ALTER TABLE "balance_entry" ADD CONSTRAINT "balance_entry_sign" CHECK (case "balance_entry"."kind" when 'USAGE' then "balance_entry"."amount_minor" <= 0 when 'TOP_UP' then "balance_entry"."amount_minor" > 0
        when 'REFUND' then "balance_entry"."amount_minor" < 0 else true end);