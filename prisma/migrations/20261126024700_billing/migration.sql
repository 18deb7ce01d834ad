-- AlterTable
ALTER TABLE "profile"."plan" ADD COLUMN     "trial_days" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "profile"."subscription" ADD COLUMN     "anchor_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
ADD COLUMN     "country" TEXT NOT NULL DEFAULT 'US',
ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "generation" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "paused_at" TIMESTAMPTZ(3),
ADD COLUMN     "payment_method" TEXT NOT NULL DEFAULT 'sim-ok',
ADD COLUMN     "period_end" TIMESTAMPTZ(3) NOT NULL DEFAULT now() + interval '1 month',
ADD COLUMN     "period_start" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
ADD COLUMN     "periods" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'active',
ADD COLUMN     "time_zone" TEXT NOT NULL DEFAULT 'UTC',
ADD COLUMN     "tries" INTEGER NOT NULL DEFAULT 0;

-- What members had before goes on: its period begins now, and nobody is charged for the past.
UPDATE "profile"."subscription" SET "state" = 'ended' WHERE NOT "active";
UPDATE "profile"."subscription" SET "due_at" = "period_end" WHERE "active";

ALTER TABLE "profile"."subscription" DROP COLUMN "active",
ALTER COLUMN "anchor_at" DROP DEFAULT,
ALTER COLUMN "period_end" DROP DEFAULT,
ALTER COLUMN "period_start" DROP DEFAULT,
ALTER COLUMN "state" DROP DEFAULT;

-- CreateTable
CREATE TABLE "profile"."invoice" (
    "id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "account_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "period_key" TEXT,
    "plan_id" TEXT NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "country" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "lines" JSONB NOT NULL,
    "net_minor" INTEGER NOT NULL,
    "tax_minor" INTEGER NOT NULL,
    "total_minor" INTEGER NOT NULL,
    "credit_minor" INTEGER NOT NULL,
    "refunded_minor" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."payment" (
    "id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "method" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "action_url" TEXT,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."invoice_number" (
    "id" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "invoice_number_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."ledger_posting" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_posting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."ledger_entry" (
    "posting_id" TEXT NOT NULL,
    "ledger_account" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("posting_id","ledger_account")
);

-- CreateTable
CREATE TABLE "profile"."simulated_charge" (
    "key" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "charge_key" TEXT,

    CONSTRAINT "simulated_charge_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "invoice_number_key" ON "profile"."invoice"("number");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_period_key_key" ON "profile"."invoice"("period_key");

-- CreateIndex
CREATE INDEX "invoice_account_id_number_idx" ON "profile"."invoice"("account_id", "number");

-- CreateIndex
CREATE INDEX "payment_account_id_state_idx" ON "profile"."payment"("account_id", "state");

-- CreateIndex
CREATE INDEX "payment_invoice_id_idx" ON "profile"."payment"("invoice_id");

-- CreateIndex
CREATE INDEX "ledger_posting_account_id_idx" ON "profile"."ledger_posting"("account_id");

-- CreateIndex
CREATE INDEX "subscription_due_at_idx" ON "profile"."subscription"("due_at");

-- AddForeignKey
ALTER TABLE "profile"."payment" ADD CONSTRAINT "payment_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "profile"."invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile"."ledger_entry" ADD CONSTRAINT "ledger_entry_posting_id_fkey" FOREIGN KEY ("posting_id") REFERENCES "profile"."ledger_posting"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "profile"."invoice"
  ADD CONSTRAINT "invoice_adds_up" CHECK ("total_minor" = "net_minor" + "tax_minor"),
  ADD CONSTRAINT "invoice_credit_in_total" CHECK ("credit_minor" BETWEEN 0 AND greatest("total_minor", 0)),
  ADD CONSTRAINT "invoice_refund_in_total" CHECK ("refunded_minor" BETWEEN 0 AND greatest("total_minor" - "credit_minor", 0)),
  ADD CONSTRAINT "invoice_state" CHECK ("state" IN ('open', 'paid', 'void'));
ALTER TABLE "profile"."payment" ADD CONSTRAINT "payment_amount" CHECK ("amount_minor" > 0);

-- An invoice has one charge that is under way, and an account has one.
CREATE UNIQUE INDEX "payment_one_pending" ON "profile"."payment" ("account_id") WHERE "kind" = 'charge' AND "state" = 'pending';

-- Each posting adds up to nothing by the end of its transaction, and has two entries at least.
CREATE FUNCTION "profile"."ledger_balances"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  posting text := CASE WHEN TG_TABLE_NAME = 'ledger_posting' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'posting_id' END;
  total bigint;
  entries int;
BEGIN
  SELECT coalesce(sum("amount_minor"), 0), count(*) INTO total, entries FROM "profile"."ledger_entry" WHERE "posting_id" = posting;
  IF total <> 0 OR entries < 2 THEN
    RAISE EXCEPTION 'ledger posting % does not balance: % in % entries', posting, total, entries USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "ledger_entry_balances" AFTER INSERT ON "profile"."ledger_entry"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "profile"."ledger_balances"();
CREATE CONSTRAINT TRIGGER "ledger_posting_balances" AFTER INSERT ON "profile"."ledger_posting"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "profile"."ledger_balances"();

-- The ledger is only added to.
CREATE FUNCTION "profile"."ledger_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is only added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "ledger_entry_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "profile"."ledger_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "profile"."ledger_is_append_only"();
CREATE TRIGGER "ledger_posting_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "profile"."ledger_posting"
  FOR EACH STATEMENT EXECUTE FUNCTION "profile"."ledger_is_append_only"();
