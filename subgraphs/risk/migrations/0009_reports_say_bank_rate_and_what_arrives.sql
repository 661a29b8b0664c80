ALTER TABLE "large_transaction_report" ADD COLUMN "bank_country" char(2);--> statement-breakpoint
ALTER TABLE "large_transaction_report" ADD COLUMN "bic" text;--> statement-breakpoint
ALTER TABLE "large_transaction_report" ADD COLUMN "clearing_member" text;--> statement-breakpoint
ALTER TABLE "large_transaction_report" ADD COLUMN "delivered_minor" bigint;--> statement-breakpoint
ALTER TABLE "large_transaction_report" ADD COLUMN "delivered_currency" char(3);--> statement-breakpoint
ALTER TABLE "large_transaction_report" ADD COLUMN "customer_rate" numeric;