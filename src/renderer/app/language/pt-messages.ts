export const messages = { failures: {}, findings: {} }
