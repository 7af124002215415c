package dev.hookbridge.envelope.xml;

import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.envelope.summary.Attributes;
import dev.hookbridge.envelope.summary.Summary;
import dev.hookbridge.record.Stdin;
import dev.hookbridge.text.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads libvirt's XML once: checks it, redacts it, writes it again and fills the summary, which
 * therefore never sees hidden values. Comments, processing instructions and the XML declaration are
 * dropped. For one document and one thread.
 *
 * <p>A guest's owner chose much of the text, so nothing is expanded, fetched or trusted. Only XML
 * 1.0 is accepted. A document type with content is refused, so there are only the five predefined
 * entities. Depth, attributes, names and size are bounded. Names are used as written, with their
 * prefix: resolving namespaces costs time that a hostile document could multiply, and nothing here
 * depends on them.
 */
public final class XmlPass {
  /** Maximum size of a document, in bytes. */
  public static final int MOST_BYTES = 16 << 20;

  private static final int MOST_DEPTH = Summary.MOST_DEPTH;
  static final String MALFORMED = "not well-formed XML";
  static final String DOCUMENT_TYPE = "holds a document type or an entity, which is not allowed";
  static final String TOO_DEEP = "nested deeper than " + MOST_DEPTH + " elements";
  private static final int NOWHERE = -1;

  private final XmlText document;
  private final Redaction redaction;
  private final Summary summary;
  private final XmlWriter markup;
  private final List<String> path = new ArrayList<>();
  private final TextPieces text;

  /** The depth of the element whose content is being redacted. */
  private int hiddenAt = NOWHERE;

  private boolean replaced;
  private int redacted;

  /**
   * The result for a document: the number of redactions, or the reason of its refusal.
   *
   * @param redacted the number of redacted values
   * @param error the reason of a refusal, or null
   */
  public record Result(int redacted, @Nullable ParseError error) {
    /** Returns the result for a document that ran out of memory. */
    public static Result tooLarge() {
      return failed("too large for the agent's memory", null);
    }

    private static Result failed(String message, @Nullable Location at) {
      int line = at == null ? 1 : Math.max(1, at.getLineNumber());
      int column = at == null ? 1 : Math.max(1, at.getColumnNumber());
      return new Result(0, new ParseError(message, line, column));
    }
  }

  /** Thrown when a document is refused, even if the parser accepts it. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
      super(reason, null, false, false);
    }
  }

  private XmlPass(XmlText document, Redaction redaction, Summary summary, JsonText out) {
    this.document = document;
    this.redaction = redaction;
    this.summary = summary;
    this.markup = new XmlWriter(out);
    this.text = new TextPieces(redaction);
  }

  /**
   * Reads a document. After an error the summary holds the part before the error.
   *
   * @param out receives the redacted document; its content is useless after an error
   * @throws UncheckedIOException if the file of stdin cannot be read; no other exception is thrown
   */
  public static Result read(Stdin stdin, Redaction redaction, Summary summary, JsonText out) {
    if (stdin.length() > MOST_BYTES) {
      return Result.failed("larger than " + MOST_BYTES + " bytes", null);
    }
    try (XmlText text = XmlText.of(stdin)) {
      Result result = new XmlPass(text, redaction, summary, out).read();
      if (text.failure() != null) {
        throw new UncheckedIOException(text.failure());
      }
      ParseError invalid = text.invalid();
      return invalid == null ? result : new Result(0, invalid);
    } catch (Refused e) {
      return Result.failed(String.valueOf(e.getMessage()), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result read() {
    XMLStreamReader reader = null;
    try {
      reader = XmlParser.open(document);
      walk(reader);
      return new Result(redacted, null);
    } catch (Refused e) {
      return Result.failed(String.valueOf(e.getMessage()), location(reader));
    } catch (XMLStreamException e) {
      String limit = XmlParser.limit(e);
      return Result.failed(limit == null ? MALFORMED : limit, e.getLocation());
    } catch (RuntimeException e) {
      // The parser's own faults on hostile documents (an index, a null). Their messages may quote
      // the document.
      return Result.failed(MALFORMED, location(reader));
    }
  }

  private static @Nullable Location location(@Nullable XMLStreamReader reader) {
    return reader == null ? null : reader.getLocation();
  }

  private void walk(XMLStreamReader reader) throws XMLStreamException, Refused {
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> start(reader);
        case XMLStreamConstants.END_ELEMENT -> end();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text(reader);
        case XMLStreamConstants.SPACE,
            XMLStreamConstants.COMMENT,
            XMLStreamConstants.PROCESSING_INSTRUCTION,
            XMLStreamConstants.END_DOCUMENT -> {}
        case XMLStreamConstants.DTD -> documentType();
        default -> throw new Refused(DOCUMENT_TYPE);
      }
      if (markup.isTooLarge()) {
        throw new Refused("larger than " + XmlWriter.MOST_CHARS + " characters when escaped");
      }
    }
  }

  /**
   * Accepts a document type that only names an external subset, because libvirt loads nothing for
   * it. Refuses a document type with content.
   */
  private void documentType() throws Refused {
    if (!DocumentType.isOnlyNamed(document.beginning(DocumentType.LONGEST))) {
      throw new Refused(DOCUMENT_TYPE);
    }
  }

  private void text(XMLStreamReader reader) {
    char[] chars = reader.getTextCharacters();
    int from = reader.getTextStart();
    int length = reader.getTextLength();
    if (hiddenAt == NOWHERE) {
      text.add(chars, from, length, markup);
    } else if (!CharBuffer.wrap(chars, from, length).toString().isBlank()) {
      replaceContent();
    }
  }

  private void start(XMLStreamReader reader) throws Refused {
    flushText();
    if (path.size() == MOST_DEPTH) {
      throw new Refused(TOO_DEEP);
    }
    String name = reader.getLocalName();
    if (hiddenAt == NOWHERE) {
      String parent = path.isEmpty() ? null : path.get(path.size() - 1);
      boolean hidden = redaction.hides(parent, name);
      hiddenAt = hidden ? path.size() : NOWHERE;
      replaced = false;
      show(reader, name, hidden);
    } else {
      replaceContent();
    }
    path.add(name);
  }

  private void show(XMLStreamReader reader, String name, boolean hidden) {
    markup.start(name);
    Attributes attributes = new Attributes(reader.getAttributeCount());
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      String attribute = attributeName(reader, i);
      String value = reader.getAttributeValue(i);
      String shown = redaction.attribute(hidden, attribute, value);
      redacted += shown.equals(value) ? 0 : 1;
      markup.attribute(attribute, shown);
      attributes.add(attribute, shown);
    }
    summary.start(name, attributes);
  }

  /**
   * Returns an attribute's name. Without namespaces the JDK returns an element's name as a whole
   * and an attribute's name in two parts.
   */
  private static String attributeName(XMLStreamReader reader, int at) {
    String prefix = reader.getAttributePrefix(at);
    String local = reader.getAttributeLocalName(at);
    return prefix == null || prefix.isEmpty() ? local : prefix + ":" + local;
  }

  private void end() {
    String last = flushText();
    String name = path.remove(path.size() - 1);
    if (hiddenAt == path.size()) {
      hiddenAt = NOWHERE;
    }
    if (hiddenAt == NOWHERE) {
      markup.end(name);
      summary.end(last);
    }
  }

  private String flushText() {
    String rest = text.rest();
    String shown = isName() ? rest : text.shown(rest);
    redacted += shown.equals(rest) ? 0 : 1;
    if (!shown.isEmpty()) {
      markup.text(shown);
    }
    return text.end(shown);
  }

  /**
   * Returns whether the current text is the object's own name. The name is also the event's subject
   * and is compared with it.
   */
  private boolean isName() {
    int size = path.size();
    if (size < 2 || size > 3 || !path.get(size - 1).equals("name")) {
      return false;
    }
    String object = path.get(size - 2);
    return (object.equals("domain") || object.equals("network"))
        && (size == 2 || path.get(0).equals("hookData"));
  }

  private void replaceContent() {
    if (!replaced) {
      markup.text(Redaction.REDACTED);
      redacted++;
      replaced = true;
    }
  }
}
