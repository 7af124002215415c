package dev.hookbridge.envelope;

import dev.hookbridge.api.Route;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.LenientText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The words of a call in the form for type, route, subject and key.
 *
 * @param object the raw name as text; percent-encoded if it is not UTF-8
 * @param encoded the name in a form that is valid for attributes
 */
record EventNames(
    String driver, String operation, String suboperation, String object, String encoded) {

  /**
   * Maximum length of a name. libvirt's names fit in a file name. A longer name must still fit in a
   * header.
   */
  private static final int MOST_NAME = 512;

  static EventNames of(HookCall call) {
    return of(call.driver(), call.object(), call.operation(), call.suboperation());
  }

  static EventNames of(String called, byte[] object, byte[] operation, byte[] suboperation) {
    String driver = Operations.driverWord(called);
    LenientText name = LenientText.of(object);
    String encoded = shortened(LenientText.encoded(object));
    return new EventNames(
        driver,
        Operations.operationWord(driver, LenientText.of(operation).value()),
        Operations.suboperationWord(LenientText.of(suboperation).value()),
        name.exact() ? name.value() : encoded,
        encoded);
  }

  Route route(HostFacts host) {
    return new Route(driver, operation, suboperation, isDaemon() ? host.name() : object);
  }

  /** Returns the subject, or an empty string if the event has none. */
  String subject(HostFacts host) {
    return isDaemon() ? host.name() : encoded;
  }

  /** Returns the partition key to use if only the words of the call are known. */
  String fallbackKey(HostFacts host) {
    return host.name() + "/" + driver + (isDaemon() ? "" : "/" + encoded);
  }

  /** Returns whether libvirt gives such a hook XML that describes the object. */
  boolean hasXml() {
    return !isDaemon() && !driver.equals(Operations.UNKNOWN);
  }

  private boolean isDaemon() {
    return driver.equals(Operations.DAEMON);
  }

  private static String shortened(String name) {
    if (name.length() <= MOST_NAME) {
      return name;
    }
    int end = Character.isHighSurrogate(name.charAt(MOST_NAME - 1)) ? MOST_NAME - 1 : MOST_NAME;
    return name.substring(0, end) + "~" + sha256(name).substring(0, 16);
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
