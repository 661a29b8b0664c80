ALTER TABLE "rail_instruction" ADD COLUMN "on_behalf_of" jsonb;--> statement-breakpoint
ALTER TABLE "remittance" ADD COLUMN "sender_name" text;