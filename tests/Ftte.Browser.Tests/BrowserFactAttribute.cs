namespace Ftte.Browser.Tests;

/// <summary>A test that needs Chromium: the program at FTTE_CHROMIUM, or that of the system.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.Path is null ? $"Chromium is not on this machine. Install it, or set {Chromium.Variable} to its path." : null!;
}
