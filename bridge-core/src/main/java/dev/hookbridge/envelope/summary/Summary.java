package dev.hookbridge.envelope.summary;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.text.JsonObjectBuilder;
import dev.hookbridge.text.Uuids;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What most consumers want to know of a guest, network or port without reading XML. Gathered while
 * the XML is walked, from elements at their exact places only, and after redaction: whatever a
 * user's metadata is made to look like, it neither gets here nor brings a secret along.
 */
public final class Summary {
  /** The deepest nesting of elements that a summary can follow. */
  public static final int MOST_DEPTH = 200;

  /** No place a summary looks at is longer. */
  private static final int LONGEST_PLACE = 64;

  /** A part of the summary, told of the elements of its document by their place below its root. */
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
      // Before libvirt 5.5.0 the guest's interface stood where the port stands now.
      case "networkport", "interface" -> port;
      default -> null;
    };
  }

  /** The guest's UUID, when there is one that libvirt would take. */
  public @Nullable String domainUuid() {
    return uuid(domain);
  }

  /** The network's UUID, when there is one that libvirt would take. */
  public @Nullable String networkUuid() {
    return uuid(network);
  }

  public @Nullable String domainName() {
    return domain.members().text("name");
  }

  public @Nullable String networkName() {
    return network.members().text("name");
  }

  private static @Nullable String uuid(Part part) {
    String text = part.members().text("uuid");
    return text == null ? null : Uuids.canonical(text);
  }

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
