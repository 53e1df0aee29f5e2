namespace Ftte.AspNetCore.Endpoints;

/// <summary>Makes text of a client safe to repeat in messages and logs.</summary>
internal static class Printable
{
    private const int MaxLength = 64;

    /// <summary>Returns the start of a text, with every character that is not printable ASCII replaced.</summary>
    public static string Of(string? text) => string.Create(Math.Min(text?.Length ?? 0, MaxLength), text, static (printable, text) =>
    {
        for (int i = 0; i < printable.Length; i++)
        {
            printable[i] = text![i] is >= ' ' and <= '~' and not '\'' ? text[i] : '?';
        }
    });
}
