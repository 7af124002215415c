package dev.hookbridge.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One CloudEvent (CloudEvents 1.0), encoded once: its context attributes as text and its data as
 * JSON bytes. Whatever carries it, carries these bytes and never looks into them.
 *
 * <p>Immutable and safe between threads, on the understanding that nobody writes into {@link
 * #data()}.
 */
public final class Envelope {
  private final Map<String, String> attributes;
  private final Route route;
  private final byte[] data;
  private final int xmlAt;
  private final int size;

  /**
   * @param attributes CloudEvents attribute names and values in the order in which they are shown,
   *     {@code specversion} and {@code id} among them
   * @param xmlAt the offset in {@code data} of {@code ,"xml":…} which, when there, is the last
   *     member of the JSON object; −1 when the data holds no XML
   */
  public Envelope(Map<String, String> attributes, Route route, byte[] data, int xmlAt) {
    this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    this.route = route;
    this.data = data;
    this.xmlAt = xmlAt;
    this.size = size(attributes, data);
  }

  /** The context attributes, extensions included, {@code datacontenttype} too, data not. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** The value of an attribute that every envelope has. */
  private String required(String attribute) {
    return Objects.requireNonNull(attributes.get(attribute), attribute);
  }

  /** The same through every retry, so that a consumer can drop what it has seen. */
  public String id() {
    return required("id");
  }

  public String type() {
    return required("type");
  }

  /** The attribute {@code partitionkey}: order holds among envelopes of one key. */
  public String key() {
    return required("partitionkey");
  }

  /** The words by which it is filtered and routed. */
  public Route route() {
    return route;
  }

  /** The JSON, not copied: to be read only. */
  public byte[] data() {
    return data;
  }

  /** Where {@code ,"xml":…} begins in {@link #data()}, or −1. */
  public int xmlAt() {
    return xmlAt;
  }

  /** This envelope with one attribute set. */
  public Envelope with(String attribute, String value) {
    Map<String, String> changed = new LinkedHashMap<>(attributes);
    changed.put(attribute, value);
    return new Envelope(changed, route, data, xmlAt);
  }

  /** This envelope with other data. */
  public Envelope withData(byte[] changed, int changedXmlAt) {
    return new Envelope(attributes, route, changed, changedXmlAt);
  }

  /**
   * The bytes it needs on a wire in either {@link ContentMode}, at most: attribute names with the
   * longest prefix in use, values, and data. What {@code max-event-bytes} and a sink worker's
   * window are counted in.
   */
  public int size() {
    return size;
  }

  private static int size(Map<String, String> attributes, byte[] data) {
    int size = data.length + 256;
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      size += attribute.getKey().length() + size(attribute.getValue()) + 24;
    }
    return size;
  }

  /** In UTF-8, or in JSON, which writes a control character as six. */
  private static int size(String value) {
    int size = 3 * value.length();
    for (int i = 0; i < value.length(); i++) {
      size += value.charAt(i) < ' ' ? 3 : 0;
    }
    return size;
  }

  /** The event's identity only; never its data, which a log must not hold. */
  @Override
  public String toString() {
    return type() + " " + id();
  }
}
