namespace Ftte.Browser.Tests;

/// <summary>A theory that needs Chromium.</summary>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.Path is null ? $"Chromium is not on this machine. Install it, or set {Chromium.Variable} to its path." : null!;
}
