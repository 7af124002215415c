package dev.hookbridge.api;

/** How a message carries a CloudEvent, according to the CloudEvents protocol bindings. */
public enum ContentMode {
  /** The attributes are headers, the data is the body. */
  BINARY,
  /** The body is the whole event as JSON: {@link StructuredEvent}. */
  STRUCTURED;

  /** The setting for transports that offer both modes. */
  public static final SettingKey<ContentMode> KEY =
      SettingKey.choice(
          "content-mode",
          BINARY,
          "Attributes as headers and data as body (binary), or the whole CloudEvent as JSON in the"
              + " body (structured).");
}
