package dev.hookbridge.api;

/** How a CloudEvent travels in a message, by the CloudEvents protocol bindings. */
public enum ContentMode {
  /** The attributes are headers, the data is the body. */
  BINARY,
  /** The body is the whole event as JSON: {@link StructuredEvent}. */
  STRUCTURED;

  /** The key for transports that offer both. */
  public static final SettingKey KEY =
      SettingKey.optional(
          "content-mode",
          "binary",
          "binary (attributes as headers, data as body) or structured (the whole CloudEvent as JSON"
              + " in the body)");

  public static ContentMode of(Settings settings) {
    return settings.choice(KEY.name(), BINARY);
  }
}
