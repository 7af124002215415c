package dev.hookbridge.envelope;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The characters of a document, decoded piece by piece as libxml2 does for libvirt: by a byte order
 * mark, else by how the document begins, else by what it declares, else as UTF-8. The declaration
 * itself is read as spaces, so that the parser believes nothing of it; any version 1.x is taken as
 * 1.0.
 */
final class XmlText extends Reader {
  private static final int HEAD = 1024;
  private static final Pattern BEGUN = Pattern.compile("<\\?xml\\s");
  private static final Pattern DECLARED =
      Pattern.compile(
          "<\\?xml\\s+version\\s*=\\s*([\"'])(?<version>[\\w.:-]+)\\1"
              + "(\\s+encoding\\s*=\\s*([\"'])(?<encoding>[A-Za-z][\\w.-]*)\\4)?"
              + "(\\s+standalone\\s*=\\s*([\"'])(yes|no)\\7)?\\s*\\?>");

  /** How a document begins, and so what it is in; the bytes of a mark are no part of it. */
  private record Beginning(Charset charset, int mark, int... bytes) {
    boolean is(byte[] document) {
      boolean same = document.length >= bytes.length;
      for (int i = 0; same && i < bytes.length; i++) {
        same = (document[i] & 0xFF) == bytes[i];
      }
      return same;
    }
  }

  private static final Beginning[] BEGINNINGS = {
    new Beginning(Charset.forName("UTF-32BE"), 0, 0, 0, 0, '<'),
    new Beginning(Charset.forName("UTF-32LE"), 0, '<', 0, 0, 0),
    new Beginning(StandardCharsets.UTF_16BE, 0, 0, '<', 0, '?'),
    new Beginning(StandardCharsets.UTF_16LE, 0, '<', 0, '?', 0),
    new Beginning(StandardCharsets.UTF_16BE, 2, 0xFE, 0xFF),
    new Beginning(StandardCharsets.UTF_16LE, 2, 0xFF, 0xFE),
    new Beginning(StandardCharsets.UTF_8, 3, 0xEF, 0xBB, 0xBF),
  };

  private final byte[] document;
  private final Charset charset;
  private final int begin;
  private final ByteBuffer in;
  private final CharsetDecoder decoder;

  private final int declaration;

  /** So many chars still to come are the declaration's. */
  private int blank;

  private boolean invalid;

  private XmlText(byte[] document, Charset charset, int begin, int declaration) {
    this.document = document;
    this.charset = charset;
    this.begin = begin;
    this.declaration = declaration;
    this.blank = declaration;
    this.in = ByteBuffer.wrap(document, begin, document.length - begin);
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * @throws XmlPass.Refused when it declares what is not known, or what it is not
   */
  static XmlText of(byte[] document) throws XmlPass.Refused {
    for (Beginning known : BEGINNINGS) {
      if (known.is(document)) {
        String head = head(document, known.mark(), known.charset());
        Matcher declared = declared(head);
        int blank = declared == null ? 0 : declared.end();
        return new XmlText(document, known.charset(), known.mark(), blank);
      }
    }
    Matcher declared = declared(head(document, 0, StandardCharsets.ISO_8859_1));
    String encoding = declared == null ? null : declared.group("encoding");
    Charset charset = encoding == null ? StandardCharsets.UTF_8 : charset(encoding);
    if (declared != null && declared(head(document, 0, charset)) == null) {
      throw new XmlPass.Refused("declared to be in an encoding that it is not in");
    }
    return new XmlText(document, charset, 0, declared == null ? 0 : declared.end());
  }

  private static String head(byte[] document, int from, Charset charset) {
    return new String(document, from, Math.min(HEAD, document.length - from), charset);
  }

  private static @Nullable Matcher declared(String head) throws XmlPass.Refused {
    if (!BEGUN.matcher(head).lookingAt()) {
      return null;
    }
    Matcher declared = DECLARED.matcher(head);
    if (!declared.lookingAt()) {
      throw new XmlPass.Refused(XmlPass.MALFORMED);
    }
    if (!declared.group("version").startsWith("1.")) {
      throw new XmlPass.Refused("not XML 1");
    }
    return declared;
  }

  private static Charset charset(String encoding) throws XmlPass.Refused {
    try {
      return Charset.forName(encoding);
    } catch (IllegalArgumentException e) {
      throw new XmlPass.Refused("declared to be in an encoding that is not known");
    }
  }

  @Override
  public int read(char[] target, int from, int length) throws IOException {
    CharBuffer out = CharBuffer.wrap(target, from, length);
    CoderResult result = decoder.decode(in, out, true);
    int count = out.position() - from;
    if (count == 0 && length > 0) {
      if (result.isError()) {
        invalid = true;
        throw new CharacterCodingException();
      }
      return -1;
    }
    for (int i = from; i < from + Math.min(blank, count); i++) {
      target[i] = target[i] == '\n' ? '\n' : ' ';
    }
    blank -= Math.min(blank, count);
    return count;
  }

  /** The first chars of the document, as far as they can be decoded. */
  String beginning(int most) {
    char[] chars = new char[most];
    int count = 0;
    try (XmlText again = new XmlText(document, charset, begin, declaration)) {
      int more = again.read(chars, 0, most);
      while (more > 0) {
        count += more;
        more = again.read(chars, count, most - count);
      }
    } catch (IOException e) {
      return new String(chars, 0, count); // what stands before is all there is
    }
    return new String(chars, 0, count);
  }

  /** Where the bytes are not what they should be, null when nobody has come to such a place. */
  @Nullable ParseError invalid() {
    if (!invalid) {
      return null;
    }
    int line = 1;
    int column = 1;
    char[] some = new char[8192];
    try (XmlText again = new XmlText(document, charset, begin, 0)) {
      for (int count = again.read(some); count > 0; count = again.read(some)) {
        for (int i = 0; i < count; i++) {
          column = some[i] == '\n' ? 1 : column + 1;
          line += some[i] == '\n' ? 1 : 0;
        }
      }
    } catch (IOException e) {
      return new ParseError("not " + charset.name(), line, column);
    }
    throw new IllegalStateException("the same bytes were wrong before");
  }

  @Override
  public void close() {}
}
