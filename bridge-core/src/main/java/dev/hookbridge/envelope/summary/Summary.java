package dev.hookbridge.envelope.summary;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.text.JsonObjectBuilder;
import dev.hookbridge.text.Uuids;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Collects the data about a guest, network or port that most consumers need, so they need not read
 * XML. It is filled while the XML is read, after redaction, and only from elements at their exact
 * paths. So a user's metadata can neither imitate summary data nor add a secret.
 */
public final class Summary {
  /** Maximum depth of elements that a summary can follow. */
  public static final int MOST_DEPTH = 200;

  /** Maximum length of a path that a summary uses. */
  private static final int LONGEST_PLACE = 64;

  /** A part of the summary. It receives each element with its path below the document's root. */
  interface Part {
    void start(String place, Attributes attributes);

    void text(String place, String text);

    JsonObjectBuilder members();
  }

  private final DomainSummary domain = new DomainSummary();
  private final NetworkSummary network = new NetworkSummary();
  private final PortSummary port = new PortSummary();

  private final int[] lengths = new int[MOST_DEPTH + 1];
  private final StringBuilder place = new StringBuilder();
  private int depth;
  private @Nullable Part part;
  private int partDepth;
  private boolean envelope;

  /** Reads the start of an element. */
  public void start(String name, Attributes attributes) {
    if (depth == 0) {
      envelope = name.equals("hookData");
    }
    lengths[depth] = place.length();
    if (part != null) {
      place.append(place.isEmpty() ? "" : "/").append(name);
    } else if (depth == (envelope ? 1 : 0)) {
      part = part(name);
      partDepth = depth;
    }
    depth++;
    if (part != null && place.length() <= LONGEST_PLACE) {
      part.start(place.toString(), attributes);
    }
  }

  /** Reads the end of an element and its last text. */
  public void end(String text) {
    depth--;
    if (part != null && !text.isBlank() && place.length() <= LONGEST_PLACE) {
      part.text(place.toString(), text.strip());
    }
    place.setLength(lengths[depth]);
    if (depth == partDepth) {
      part = null;
    }
  }

  private @Nullable Part part(String name) {
    return switch (name) {
      case "domain" -> domain;
      case "network" -> network;
      // Before libvirt 5.5.0 the guest's interface was in the place of the port.
      case "networkport", "interface" -> port;
      default -> null;
    };
  }

  /** Returns the guest's UUID if there is one that libvirt would accept. */
  public @Nullable String domainUuid() {
    return uuid(domain);
  }

  /** Returns the network's UUID if there is one that libvirt would accept. */
  public @Nullable String networkUuid() {
    return uuid(network);
  }

  /** Returns the guest's name, or null if the XML has none. */
  public @Nullable String domainName() {
    return domain.members().text("name");
  }

  /** Returns the network's name, or null if the XML has none. */
  public @Nullable String networkName() {
    return network.members().text("name");
  }

  private static @Nullable String uuid(Part part) {
    String text = part.members().text("uuid");
    return text == null ? null : Uuids.canonical(text);
  }

  /** Writes the parts that are not empty. */
  public void write(JsonGenerator json) throws IOException {
    write(json, "domain", domain);
    write(json, "network", network);
    write(json, "port", port);
  }

  private static void write(JsonGenerator json, String name, Part part) throws IOException {
    if (!part.members().isEmpty()) {
      json.writeFieldName(name);
      part.members().write(json);
    }
  }
}
