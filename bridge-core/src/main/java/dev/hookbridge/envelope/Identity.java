package dev.hookbridge.envelope;

import dev.hookbridge.envelope.summary.Summary;
import dev.hookbridge.text.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The identity of an event's object. The hook's object is what libvirt acts on. The XML is used
 * only if it describes that object. With {@code virsh restore --xml} the user writes the XML, and
 * libvirt has not compared it with anything when it calls the hook.
 *
 * @param key the partition key, which keeps the order
 * @param mismatch {@code name} and {@code uuid}, if the XML's value differs from the object's
 */
record Identity(String key, List<String> mismatch) {
  private static final String RESTORE = "restore";

  /**
   * Determines the identity of a call's object.
   *
   * @param nameIsHidden whether the operator's own redaction rules hide the name, so that it cannot
   *     be compared
   */
  static Identity of(
      EventNames words, HostFacts host, Summary summary, boolean nameIsHidden, KnownKeys known) {
    String fallback = words.fallbackKey(host);
    if (!words.hasXml()) {
      return new Identity(fallback, List.of());
    }
    boolean network = words.driver().equals(Operations.NETWORK);
    String uuid = network ? summary.networkUuid() : summary.domainUuid();
    String reported = uuid == null ? null : network ? host.name() + "/" + uuid : uuid;
    String name = network ? summary.networkName() : summary.domainName();
    String before = known.of(words.driver(), words.encoded());
    List<String> mismatch = new ArrayList<>();
    boolean same =
        name == null ? nameIsHidden : name.equals(JsonObjectBuilder.cut(words.object().strip()));
    if (name != null && !same) {
      mismatch.add("name");
    }
    boolean believed = same && !(words.operation().equals(RESTORE) && before != null);
    if (!believed && reported != null && before != null && !reported.equals(before)) {
      mismatch.add("uuid");
    }
    String own = believed ? reported : null;
    return new Identity(own != null ? own : before != null ? before : fallback, mismatch);
  }
}
