package dev.hookbridge.envelope;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * One walk through the XML libvirt wrote: checks it, redacts it, writes it anew and feeds the
 * summary, which therefore never sees what is hidden. Comments, processing instructions and the XML
 * declaration are dropped. For one document and one thread.
 *
 * <p>A guest's owner chose much of the text, so nothing is expanded, fetched or trusted: UTF-8 and
 * XML 1.0 only, no document type (and so no entity but the five), bounded depth, attributes, names
 * and size. Names are taken as written, with their prefix: resolving namespaces costs time that a
 * hostile document could multiply, and nothing here depends on them.
 */
final class XmlPass {
  static final int MOST_BYTES = 16 << 20;
  static final int MOST_DEPTH = 200;
  private static final String MALFORMED = "not well-formed XML";
  private static final int NOWHERE = -1;
  private static final Pattern DECLARED =
      Pattern.compile(
          "<\\?xml\\s+version\\s*=\\s*[\"'](?<version>[^\"']*)[\"']"
              + "(\\s+encoding\\s*=\\s*[\"'](?<encoding>[^\"']*)[\"'])?");

  private final Redaction redaction;
  private final Summary summary;
  private final Markup markup;
  private final List<String> path = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  /** The depth of the element whose content is being taken out. */
  private int hiddenAt = NOWHERE;

  private boolean replaced;
  private int redacted;

  /**
   * @param xml the redacted document; null when it did not parse
   * @param redacted how many values were taken out
   */
  record Result(@Nullable String xml, int redacted, @Nullable ParseError error) {
    /** The reader ran out of memory. */
    static Result tooLarge() {
      return failed("too large for the agent's memory", null);
    }

    private static Result failed(String message, @Nullable Location at) {
      int line = at == null ? 1 : Math.max(1, at.getLineNumber());
      int column = at == null ? 1 : Math.max(1, at.getColumnNumber());
      return new Result(null, 0, new ParseError(message, line, column));
    }
  }

  /** The document is not one we take, whatever the parser thinks. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
      super(reason, null, false, false);
    }
  }

  private XmlPass(Redaction redaction, Summary summary, int size) {
    this.redaction = redaction;
    this.summary = summary;
    this.markup = new Markup(size);
  }

  /** Reads a document; the summary holds what stood before an error. Never throws. */
  static Result read(byte[] stdin, Redaction redaction, Summary summary) {
    if (stdin.length > MOST_BYTES) {
      return Result.failed("larger than " + MOST_BYTES + " bytes", null);
    }
    String document = new String(stdin, StandardCharsets.UTF_8);
    if (document.indexOf('\uFFFD') >= 0 && Text.firstInvalid(stdin) >= 0) {
      return notUtf8(stdin);
    }
    int begin = document.startsWith("\uFEFF") ? 1 : 0;
    return new XmlPass(redaction, summary, stdin.length).read(document.substring(begin));
  }

  private static Result notUtf8(byte[] stdin) {
    int at = Text.firstInvalid(stdin);
    String before = new String(stdin, 0, at, StandardCharsets.UTF_8);
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    return new Result(null, 0, new ParseError("not UTF-8", line, column));
  }

  private Result read(String document) {
    XMLStreamReader reader = null;
    try {
      checkDeclaration(document);
      reader = XmlParser.open(document);
      walk(reader);
      return new Result(markup.toString(), redacted, null);
    } catch (Refused e) {
      return Result.failed(String.valueOf(e.getMessage()), location(reader));
    } catch (XMLStreamException e) {
      return Result.failed(MALFORMED, e.getLocation());
    } catch (RuntimeException e) {
      // The parser's own slips on documents made to break it (an index, a null); their messages may
      // quote the document.
      return Result.failed(MALFORMED, location(reader));
    }
  }

  private static @Nullable Location location(@Nullable XMLStreamReader reader) {
    return reader == null ? null : reader.getLocation();
  }

  /** The parser is given characters, so it does not mind what encoding is declared. */
  private static void checkDeclaration(String document) throws Refused {
    if (document.startsWith("<?xml")) {
      Matcher declared = DECLARED.matcher(document).region(0, Math.min(200, document.length()));
      if (declared.lookingAt()) {
        String encoding = declared.group("encoding");
        if (encoding != null && !encoding.toLowerCase(Locale.ROOT).equals("utf-8")) {
          throw new Refused("declared to be in another encoding than UTF-8");
        }
        if (!declared.group("version").equals("1.0")) {
          throw new Refused("not XML 1.0");
        }
      }
    }
  }

  private void walk(XMLStreamReader reader) throws XMLStreamException, Refused {
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> start(reader);
        case XMLStreamConstants.END_ELEMENT -> end();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
        case XMLStreamConstants.SPACE,
            XMLStreamConstants.COMMENT,
            XMLStreamConstants.PROCESSING_INSTRUCTION,
            XMLStreamConstants.END_DOCUMENT -> {}
        default -> throw new Refused("holds a document type or an entity, which is not allowed");
      }
      if (markup.isTooLarge()) {
        throw new Refused("larger than " + Markup.MOST_CHARS + " characters when escaped");
      }
    }
  }

  private void start(XMLStreamReader reader) throws Refused {
    flushText();
    if (path.size() == MOST_DEPTH) {
      throw new Refused("nested deeper than " + MOST_DEPTH + " elements");
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

  /** Without namespaces the JDK gives an element's name whole, an attribute's in two parts. */
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

  /** Text arrives in pieces; it is looked at whole, so that nothing hides across their edges. */
  private String flushText() {
    if (text.isEmpty()) {
      return "";
    }
    String whole = text.toString();
    text.setLength(0);
    if (hiddenAt != NOWHERE) {
      if (!whole.isBlank()) {
        replaceContent();
      }
      return "";
    }
    String shown = Urls.withoutSecrets(whole);
    redacted += shown.equals(whole) ? 0 : 1;
    markup.text(shown);
    return shown;
  }

  private void replaceContent() {
    if (!replaced) {
      markup.text(Redaction.REDACTED);
      redacted++;
      replaced = true;
    }
  }
}
