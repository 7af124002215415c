package dev.hookbridge.envelope;

import dev.hookbridge.envelope.summary.Summary;
import dev.hookbridge.text.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose event it is. The hook's object is what libvirt acts on; the XML is believed only where it
 * speaks of that object. The text of {@code virsh restore --xml} is the user's own, and libvirt has
 * not compared it with anything when it calls the hook.
 *
 * @param key what order is kept by
 * @param mismatch {@code name} and {@code uuid}, as far as the XML's are not the object's
 */
record Identity(String key, List<String> mismatch) {
  private static final String RESTORE = "restore";

  /**
   * @param nameIsHidden the operator's own rules hide it, so it cannot be compared
   */
  static Identity of(
      EventNames words, HostFacts host, Summary summary, boolean nameIsHidden, KnownKeys known) {
    String fallback = words.fallbackKey(host);
    if (!words.hasXml()) {
      return new Identity(fallback, List.of());
    }
    boolean network = words.driver().equals(Operations.NETWORK);
    String uuid = network ? summary.networkUuid() : summary.domainUuid();
    String told = uuid == null ? null : network ? host.name() + "/" + uuid : uuid;
    String name = network ? summary.networkName() : summary.domainName();
    String before = known.of(words.driver(), words.encoded());
    List<String> mismatch = new ArrayList<>();
    boolean same =
        name == null ? nameIsHidden : name.equals(JsonObjectBuilder.cut(words.object().strip()));
    if (name != null && !same) {
      mismatch.add("name");
    }
    boolean believed = same && !(words.operation().equals(RESTORE) && before != null);
    if (!believed && told != null && before != null && !told.equals(before)) {
      mismatch.add("uuid");
    }
    String own = believed ? told : null;
    return new Identity(own != null ? own : before != null ? before : fallback, mismatch);
  }
}
