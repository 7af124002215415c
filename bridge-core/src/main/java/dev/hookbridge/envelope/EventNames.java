package dev.hookbridge.envelope;

import dev.hookbridge.api.Route;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.LenientText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The words of a call as type, route, subject and key have them.
 *
 * @param object the raw name as text; percent-encoded where it is not UTF-8
 * @param encoded the name as attributes may hold it
 */
record EventNames(
    String driver, String operation, String suboperation, String object, String encoded) {

  /** libvirt's names fit in a file name; a longer one still has to fit in a header. */
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

  /** Empty when the event has none. */
  String subject(HostFacts host) {
    return isDaemon() ? host.name() : encoded;
  }

  /** What order is kept by as long as nothing is known but the words. */
  String fallbackKey(HostFacts host) {
    return host.name() + "/" + driver + (isDaemon() ? "" : "/" + encoded);
  }

  /** Whether libvirt gives such a hook XML that speaks of the object. */
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
