package dev.hookbridge.envelope;

import dev.hookbridge.Route;
import dev.hookbridge.mailbox.HookCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The words of a call as type, route, subject and key have them.
 *
 * @param object the raw name as text; percent-encoded where it is not UTF-8
 * @param encoded the name as attributes may hold it
 */
record Words(String driver, String operation, String suboperation, String object, String encoded) {

  /** libvirt's names fit in a file name; a longer one still has to fit in a header. */
  private static final int MOST_NAME = 512;

  static Words of(HookCall call) {
    String driver = Operations.driverWord(call.driver());
    Text object = Text.of(call.object());
    String encoded = shortened(Text.encoded(call.object()));
    return new Words(
        driver,
        Operations.operationWord(driver, Text.of(call.operation()).value()),
        Operations.suboperationWord(Text.of(call.suboperation()).value()),
        object.exact() ? object.value() : encoded,
        encoded);
  }

  Route route(HostFacts host) {
    return new Route(driver, operation, suboperation, isDaemon() ? host.name() : object);
  }

  /** Empty when the event has none. */
  String subject(HostFacts host) {
    return isDaemon() ? host.name() : encoded;
  }

  /** What order is kept by: a guest wherever it runs, a network or a daemon of this host. */
  String key(HostFacts host, Summary summary) {
    if (isDaemon()) {
      return host.name() + "/" + driver;
    }
    String named = host.name() + "/" + driver + "/" + encoded;
    return switch (driver) {
      case Operations.UNKNOWN -> named;
      case Operations.NETWORK -> or(host.name() + "/", summary.networkUuid(), named);
      default -> or("", summary.domainUuid(), named);
    };
  }

  private static String or(String prefix, @Nullable String uuid, String otherwise) {
    return uuid == null ? otherwise : prefix + uuid;
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
