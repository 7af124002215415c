package dev.hookbridge.envelope.xml;

import java.io.Reader;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the JDK's streaming parser, configured to expand, fetch and resolve nothing. It is always
 * the JDK's own parser and not one from the class path, because the limits below are JDK
 * properties.
 */
final class XmlParser {
  private static final Logger log = LoggerFactory.getLogger(XmlParser.class);

  private static final int MOST_ATTRIBUTES = 1000;
  private static final int LONGEST_NAME = 1000;

  /**
   * The limits of the parser. libvirt's elements have about ten attributes; a document of 16 MiB
   * could have a million. The entity limits equal the maximum size of a document. A document type
   * is refused, so there are no entities to expand, but the JDK counts every escaped ampersand of a
   * document as an entity.
   */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.xml.elementAttributeLimit", String.valueOf(MOST_ATTRIBUTES),
          "jdk.xml.maxElementDepth", "250",
          "jdk.xml.maxXMLNameLimit", String.valueOf(LONGEST_NAME),
          "jdk.xml.entityExpansionLimit", "1",
          "jdk.xml.maxParameterEntitySizeLimit", "1",
          "jdk.xml.maxGeneralEntitySizeLimit", String.valueOf(XmlPass.MOST_BYTES),
          "jdk.xml.totalEntitySizeLimit", String.valueOf(XmlPass.MOST_BYTES));

  /** The JDK's number of a limit in its messages. It is the same in every language. */
  private static final Pattern LIMIT = Pattern.compile("Message: JAXP000100(\\d\\d)");

  private static final XMLInputFactory FACTORY = factory();

  private XmlParser() {}

  /**
   * Opens a reader, one thread at a time, because the JDK's factory keeps its last reader without a
   * lock.
   */
  static XMLStreamReader open(Reader document) throws XMLStreamException {
    synchronized (FACTORY) {
      return FACTORY.createXMLStreamReader(document);
    }
  }

  /**
   * Returns the limit that a document exceeded, as a sentence without the document's data, or null.
   */
  static @Nullable String limit(XMLStreamException failure) {
    Matcher limit = LIMIT.matcher(String.valueOf(failure.getMessage()));
    if (!limit.find()) {
      return null;
    }
    return switch (limit.group(1)) {
      case "01" -> XmlPass.DOCUMENT_TYPE;
      case "02" -> "an element has more than " + MOST_ATTRIBUTES + " attributes";
      case "06" -> XmlPass.TOO_DEEP;
      case "05" -> "a name is longer than " + LONGEST_NAME + " characters";
      default -> "its entities are larger than " + XmlPass.MOST_BYTES + " bytes";
    };
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(XMLInputFactory.IS_VALIDATING, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("external entities are not allowed");
        });
    LIMITS.forEach((name, value) -> limit(factory, name, value));
    return factory;
  }

  private static void limit(XMLInputFactory factory, String name, String value) {
    if (factory.isPropertySupported(name)) {
      factory.setProperty(name, value);
    } else {
      log.warn("This Java does not know the XML limit {}: the others hold", name);
    }
  }
}
