package dev.hookbridge.api;

/** How a message carries a CloudEvent, according to the CloudEvents protocol bindings. */
public enum ContentMode {
  /** The attributes are headers, the data is the body. */
  BINARY,
  /** The body is the whole event as JSON: {@link StructuredEvent}. */
  STRUCTURED;

  /** The setting for transports that offer both modes. */
  public static final SettingKey KEY =
      SettingKey.optional(
          "content-mode",
          "binary",
          "binary (attributes as headers, data as body) or structured (the whole CloudEvent as JSON"
              + " in the body)");

  /** Returns the mode in the settings; {@link #BINARY} by default. */
  public static ContentMode of(Settings settings) {
    return settings.choice(KEY.name(), BINARY);
  }
}
