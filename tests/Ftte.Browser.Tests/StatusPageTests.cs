using System.Security.Claims;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Ftte.Aggregation;
using Ftte.AspNetCore;
using Ftte.Http;
using Ftte.Http.Tests;
using Ftte.Selection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Ftte.Http.Tests.TestCoordinator;
using static Microsoft.Playwright.Assertions;

namespace Ftte.Browser.Tests;

/// <summary>The status page as a browser shows it: on a telephone, in dark colors, live, and with assistive technology.</summary>
public sealed class StatusPageTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const int Parameters = 17;

    private readonly FederatedServer _server = CreateServer();
    private TestCoordinator _coordinator = null!;
    private HttpFederatedServer _proxy = null!;

    public async Task InitializeAsync()
    {
        _coordinator = await StartAsync(
            _server,
            SmallLayout,
            configure: builder =>
            {
                builder.Services.AddSingleton(_server);
                builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireClaim(ClaimTypes.Name));
            },
            map: app => app.MapFtteStatus().AllowAnonymous());
        _proxy = _coordinator.Connect(SmallLayout);
    }

    public async Task DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        await _server.DisposeAsync();
    }

    [BrowserFact]
    public async Task New_figures_appear_without_a_reload()
    {
        IPage page = await OpenAsync();
        await Expect(Fact(page, "Version")).ToHaveTextAsync("v0");
        await page.EvaluateAsync("document.body.dataset.loaded = 'once'");

        await TrainAsync("phone");

        await Expect(Fact(page, "Version")).ToHaveTextAsync("v1", new() { Timeout = 30_000 });
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "phone" })).ToBeVisibleAsync();
        Assert.Equal("once", await page.EvaluateAsync<string>("document.body.dataset.loaded"));
    }

    [BrowserTheory]
    [InlineData(320, false)]
    [InlineData(390, true)]
    [InlineData(1180, false)]
    public async Task Nothing_is_wider_than_the_window(int width, bool isDark)
    {
        await TrainAsync(new string('n', ClientId.MaxBytes));
        IPage page = await OpenAsync(width, isDark);

        Assert.Equal(width, await page.EvaluateAsync<int>("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
    }

    [BrowserTheory]
    [InlineData(390, false)]
    [InlineData(390, true)]
    [InlineData(1180, false)]
    [InlineData(1180, true)]
    public async Task An_accessibility_checker_finds_no_violation(int width, bool isDark)
    {
        await TrainAsync("phone");
        IPage page = await OpenAsync(width, isDark);

        AxeResult result = await page.RunAxe();

        Assert.NotEmpty(result.Passes);
        Assert.Empty(result.Violations.Select(violation => $"{violation.Id}: {violation.Help} ({string.Join(", ", violation.Nodes.Select(node => node.Html))})"));
    }

    [BrowserFact]
    public async Task Dark_colors_follow_the_preference_of_the_user()
    {
        double light = await LightnessAsync(isDark: false), dark = await LightnessAsync(isDark: true);
        Assert.True(light > 200 && dark < 60, $"The background has a lightness of {light} by day and {dark} in the dark.");

        async Task<double> LightnessAsync(bool isDark)
        {
            IPage page = await OpenAsync(isDark: isDark);
            return await page.EvaluateAsync<double>("getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).reduce((sum, value) => sum + Number(value) / 3, 0)");
        }
    }

    [BrowserFact]
    public async Task The_name_of_a_device_is_text_and_the_policy_blocks_nothing_of_the_page()
    {
        const string Hostile = "<img src=x onerror=document.title='attacked'>";
        await TrainAsync(Hostile);
        IPage page = await chromium.NewPageAsync();
        var messages = new List<string>();
        page.Console += (_, message) => messages.Add(message.Text);
        page.PageError += (_, error) => messages.Add(error);
        await page.GotoAsync(_coordinator.At("status").AbsoluteUri);

        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = Hostile, Exact = true })).ToBeVisibleAsync();

        Assert.NotEqual("attacked", await page.TitleAsync());
        Assert.Empty(messages);
    }

    [BrowserFact]
    public async Task A_lost_connection_is_announced()
    {
        IPage page = await OpenAsync();
        ILocator status = page.GetByRole(AriaRole.Status);
        string connected = await status.InnerTextAsync();

        await page.Context.SetOfflineAsync(true);
        await _coordinator.DisposeAsync();

        await Expect(status).Not.ToHaveTextAsync(connected, new() { Timeout = 30_000 });
    }

    private static FederatedServer CreateServer()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(SmallLayout));
        return new FederatedServer(new BufferedAggregator(new ModelSnapshot(SmallLayout, default, new float[Parameters]), selections, new() { Capacity = 1, Guard = null }), selections);
    }

    private static ILocator Fact(IPage page, string name) => page.Locator($"dt:text-is('{name}') + dd");

    private async Task<IPage> OpenAsync(int width = 1180, bool isDark = false)
    {
        IPage page = await chromium.NewPageAsync(width, isDark);
        await page.GotoAsync(_coordinator.At("status").AbsoluteUri);
        return page;
    }

    private async Task TrainAsync(string client)
    {
        CheckOutResponse answer = await _proxy.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1, SmallLayout.Fingerprint), new float[Parameters]);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [.. Enumerable.Repeat(0.1f, Parameters)]);
        Assert.Equal(UpdateOutcome.Published, (await _proxy.SubmitAsync(update)).Outcome);
    }
}
