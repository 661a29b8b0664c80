ALTER TABLE "payment_route" ADD COLUMN "fate_key" text;--> statement-breakpoint
ALTER TABLE "rail_instruction" ADD COLUMN "fate_key" text;--> statement-breakpoint
ALTER TABLE "remittance" ADD COLUMN "fate_key" text;