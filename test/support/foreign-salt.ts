/** Line of a stack's file, made by Pulumi 3.259.0 for a passphrase that nobody has. */
export const FOREIGN_SALT = "encryptionsalt: v1:3VuSIsWDga4=:v1:16YRrvVgycNoOsa1:AXENN/A927m/BM7KPs1HmJfgc0QiMQ==";
