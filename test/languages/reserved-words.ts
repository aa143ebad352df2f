/** Words that cannot be names in a language, or only under another spelling. Each list is that of the language's reference. */
export const RESERVED_WORDS: Record<string, string[]> = {
  // https://docs.python.org/3/reference/lexical_analysis.html#keywords, with the soft ones and the receiver of a method
  python: words(`False None True and as assert async await break class continue def del elif else except finally for from global if import in is
    lambda nonlocal not or pass raise return try while with yield match case type self cls`),
  // https://docs.oracle.com/javase/specs/jls/se17/html/jls-3.html#jls-3.9
  java: words(`abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for
    goto if implements import instanceof int interface long native new package private protected public return short static strictfp super switch
    synchronized this throw throws transient try void volatile while true false null var yield record sealed permits getClass hashCode toString
    notify notifyAll wait equals clone finalize`),
  // https://go.dev/ref/spec#Keywords
  go: words(`break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select
    struct switch type var`),
  // https://learn.microsoft.com/dotnet/csharp/language-reference/keywords/
  csharp: words(`abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event
    explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator
    out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw
    true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while`),
};

function words(text: string): string[] {
  return text.split(/\s+/);
}
