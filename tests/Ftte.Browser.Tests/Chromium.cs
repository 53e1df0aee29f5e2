using Microsoft.Playwright;

namespace Ftte.Browser.Tests;

/// <summary>The browser of all tests, started once. Its pages are isolated from each other.</summary>
public sealed class Chromium : IAsyncLifetime
{
    public const string Variable = "FTTE_CHROMIUM";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Gets the path of the program; null if there is none.</summary>
    public static string? Path { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path
        ? path
        : Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);

    public async Task InitializeAsync()
    {
        if (Path is not null)
        {
            _playwright = await Playwright.CreateAsync();

            // The sandbox needs privileges that build servers rarely give; the pages are our own.
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, ChromiumSandbox = false });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Creates a page.</summary>
    /// <param name="width">The width of the window in pixels.</param>
    /// <param name="isDark">True for a user who prefers dark colors.</param>
    internal Task<IPage> NewPageAsync(int width = 1180, bool isDark = false) => _browser!.NewPageAsync(new()
    {
        ViewportSize = new() { Width = width, Height = 800 },
        ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        IgnoreHTTPSErrors = true, // the authority of the tests is not installed
    });
}
