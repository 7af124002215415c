package dev.hookbridge.envelope;

import java.io.StringReader;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDK's streaming parser, told to expand, fetch and resolve nothing. The JDK's own and not
 * whatever lies on the class path, since the limits below are its own.
 */
final class XmlParser {
  private static final Logger log = LoggerFactory.getLogger(XmlParser.class);

  /**
   * libvirt's elements have some ten attributes; a document of 16 MiB could have a million. The
   * sizes of entities are bounded by the document's own: a document type is refused, so there is
   * none to expand, but the JDK counts every escaped ampersand of a document as one.
   */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.xml.elementAttributeLimit", "1000",
          "jdk.xml.maxElementDepth", "250",
          "jdk.xml.maxXMLNameLimit", "1000",
          "jdk.xml.entityExpansionLimit", "1",
          "jdk.xml.maxParameterEntitySizeLimit", "1",
          "jdk.xml.maxGeneralEntitySizeLimit", String.valueOf(XmlPass.MOST_BYTES),
          "jdk.xml.totalEntitySizeLimit", String.valueOf(XmlPass.MOST_BYTES));

  private static final XMLInputFactory FACTORY = factory();

  private XmlParser() {}

  /** The JDK's factory remembers its last reader without a lock, so one thread at a time. */
  static XMLStreamReader open(String document) throws XMLStreamException {
    synchronized (FACTORY) {
      return FACTORY.createXMLStreamReader(new StringReader(document));
    }
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
