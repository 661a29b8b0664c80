/**
 * Imported before anything of Apollo's: `@apollo/gateway` otherwise sends metrics to Apollo from every process that
 * constructs a gateway. Not a setting, so that no deployment can forget it.
 */
process.env.APOLLO_TELEMETRY_DISABLED = '1'
