package dev.hookbridge.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A CloudEvent (CloudEvents 1.0), encoded once: its context attributes as text, and its data as
 * JSON bytes. All transports send these bytes unchanged.
 *
 * <p>Immutable and thread-safe, as long as no code writes to {@link #data()}.
 */
public final class Envelope {
  private final Map<String, String> attributes;
  private final Route route;
  private final byte[] data;
  private final int xmlAt;
  private final int size;

  /**
   * Makes an envelope. The attributes are copied, the data is not.
   *
   * @param attributes the CloudEvents attributes in the order in which they are shown, including
   *     {@code specversion} and {@code id}
   * @param xmlAt the offset in {@code data} of {@code ,"xml":…}, which is the last member of the
   *     JSON object if it exists; −1 when the data contains no XML
   */
  public Envelope(Map<String, String> attributes, Route route, byte[] data, int xmlAt) {
    this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    this.route = route;
    this.data = data;
    this.xmlAt = xmlAt;
    this.size = size(attributes, data);
  }

  /**
   * Returns the context attributes, including extensions and {@code datacontenttype}, without the
   * data.
   */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** Returns the value of an attribute that every envelope has. */
  private String required(String attribute) {
    return Objects.requireNonNull(attributes.get(attribute), attribute);
  }

  /** Returns the id. It is the same in every retry, so that a consumer can drop duplicates. */
  public String id() {
    return required("id");
  }

  public String type() {
    return required("type");
  }

  /** Returns the attribute {@code partitionkey}. Order is kept among envelopes of one key. */
  public String key() {
    return required("partitionkey");
  }

  /** Returns the words by which the event is filtered and routed. */
  public Route route() {
    return route;
  }

  /** Returns the JSON. It is not copied: do not change it. */
  public byte[] data() {
    return data;
  }

  /** Returns the offset of {@code ,"xml":…} in {@link #data()}, or −1. */
  public int xmlAt() {
    return xmlAt;
  }

  /** Returns this envelope with one attribute set. */
  public Envelope with(String attribute, String value) {
    Map<String, String> changed = new LinkedHashMap<>(attributes);
    changed.put(attribute, value);
    return new Envelope(changed, route, data, xmlAt);
  }

  /** Returns this envelope with other data. */
  public Envelope withData(byte[] changed, int changedXmlAt) {
    return new Envelope(attributes, route, changed, changedXmlAt);
  }

  /**
   * Returns the maximum bytes of the event in a message of either {@link ContentMode}: attribute
   * names with the longest prefix in use, values, and data. {@code max-event-bytes} and a sink
   * worker's window use this size.
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

  /**
   * Returns the maximum bytes of a value in UTF-8 or in JSON, which writes a control character as
   * six bytes.
   */
  private static int size(String value) {
    int size = 3 * value.length();
    for (int i = 0; i < value.length(); i++) {
      size += value.charAt(i) < ' ' ? 3 : 0;
    }
    return size;
  }

  /** Returns the event's identity only. The data must not be in a log. */
  @Override
  public String toString() {
    return type() + " " + id();
  }
}
