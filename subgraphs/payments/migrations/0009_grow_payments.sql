ALTER TABLE "payment" RENAME COLUMN "clearing_account_id" TO "destination_account_id";--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_status_known";--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_completed_when";--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_decided";--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_clearing";
--> statement-breakpoint
DROP INDEX "payment_unfinished";--> statement-breakpoint
ALTER TABLE "payment" ALTER COLUMN "billing_account_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "original_id" uuid;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "capture" text DEFAULT 'AUTOMATIC' NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "hold" text;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "authorised_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "captured_minor" bigint;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "refund_claimed_minor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "refunded_minor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "dispute_reason" text;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "dispute_outcome" text;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_destination" FOREIGN KEY ("tenant_id","destination_account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_original" FOREIGN KEY ("tenant_id","original_id") REFERENCES "public"."payment"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payment_of_original" ON "payment" USING btree ("tenant_id","original_id","id") WHERE "payment"."original_id" is not null;--> statement-breakpoint
CREATE INDEX "payment_held_until" ON "payment" USING btree ("authorised_until") WHERE "payment"."status" = 'AUTHORISED' and "payment"."hold" = 'PLACED';--> statement-breakpoint
CREATE INDEX "payment_unfinished" ON "payment" USING btree ("tenant_id","id") WHERE "payment"."status" in ('RISK_PENDING', 'PROCESSING') or "payment"."status" = 'AUTHORISED' and "payment"."hold" is distinct from 'PLACED' or "payment"."hold" = 'RELEASING';--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_type_known" CHECK ("payment"."type" in ('TOP_UP', 'TRANSFER', 'FEE', 'REFUND'));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_refund_of" CHECK (("payment"."type" = 'REFUND') = ("payment"."original_id" is not null));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_top_up_of" CHECK ("payment"."type" <> 'TOP_UP' or "payment"."billing_account_id" is not null);--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_captured" CHECK ("payment"."captured_minor" > 0 and "payment"."captured_minor" <= "payment"."amount_minor");--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_refunded" CHECK (0 <= "payment"."refunded_minor" and "payment"."refunded_minor" <= "payment"."refund_claimed_minor"
        and "payment"."refund_claimed_minor" <= coalesce("payment"."captured_minor", "payment"."amount_minor"));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_hold_known" CHECK ("payment"."hold" in ('WANTED', 'REFUSED', 'PLACED', 'CAPTURED', 'RELEASING', 'RELEASED'));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_disputed_why" CHECK (("payment"."status" = 'DISPUTED') = ("payment"."dispute_reason" is not null and "payment"."dispute_outcome" is null));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_status_known" CHECK ("payment"."status" in ('CREATED', 'RISK_PENDING', 'REVIEW', 'AUTHORISED', 'PROCESSING', 'COMPLETED', 'PARTIALLY_REFUNDED', 'DISPUTED', 'REFUNDED', 'FAILED', 'CANCELLED'));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_completed_when" CHECK (("payment"."status" in ('COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED')) = ("payment"."completed_at" is not null));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_decided" CHECK (case "payment"."status" when 'CREATED' then "payment"."decision_source" is null
        when 'RISK_PENDING' then "payment"."decision_source" is null
        when 'CANCELLED' then true else "payment"."decision_source" is not null end);