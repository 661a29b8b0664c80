ALTER TABLE "rail_file_entry" ADD COLUMN "reason_code" text;--> statement-breakpoint
ALTER TABLE "rail_file_entry" ADD COLUMN "reason_text" text;