using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ftte.Aggregation;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Status;
using Ftte.Selection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>The status page of a federation.</summary>
public sealed partial class StatusPageTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_page_shows_progress_devices_distributions_rejections_and_traffic()
    {
        await using FederatedServer server = Start(new() { Devices = 1, EveryVersions = 1 });
        await using TestCoordinator coordinator = await StartAsync(server);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        await EvaluateAsync(proxy, "e1", 0.25f);
        await TrainAsync(proxy, "t1");
        await EvaluateAsync(proxy, "e2", 0.75f);
        TrainingAssignment lost = (await proxy.CheckOutAsync(Device("t2"), new float[17])).Assignment!;
        using (SparseUpdate foreign = SparseUpdate.Create(lost.CreateHeader(1) with { Id = new UpdateId(7) }, new float[17]))
        {
            await proxy.SubmitAsync(foreign);
        }

        using HttpClient http = CreateClient();
        Assert.Equal("no-such-blob", await RejectAsync(http, HttpStatusCode.NotFound, HttpMethod.Get, coordinator.At("blobs/x")));
        (string html, XElement main) = await GetAsync(http, coordinator);

        Assert.Equal("v1", Fact(main, "Version"));
        Assert.Equal("17", Fact(main, "Parameters"));
        Assert.Equal("1", Fact(main, "At work"));
        Assert.Equal("4", Fact(main, "Known devices"));
        Assert.EndsWith(" B", Fact(main, "Received"), StringComparison.Ordinal);
        Assert.NotEqual("0 B", Fact(main, "Sent"));
        Assert.Contains("t2|training|0 s|0 s ago", Rows(main, "Devices"));
        Assert.Contains("e2|idle||0 s ago", Rows(main, "Devices"));
        Assert.Contains("0|1|100 %|", Rows(main, "Staleness of accepted updates"));
        Assert.Contains("1|1|100 %|", Rows(main, "Weight of accepted updates"));
        Assert.Contains("not assigned|1|25 %|", Rows(main, "Updates by outcome"));
        Assert.Contains("evaluated|2|50 %|", Rows(main, "Updates by outcome"));
        Assert.Equal(["assigned|4|100 %|"], Rows(main, "Requests for work by outcome"));
        Assert.Equal(["no-such-blob|1|100 %|"], Rows(main, "Rejected requests by reason"));
        Assert.Equal(["loss|1|2|2|2|2|0, 0, 0|", "accuracy|1|0.75|0.75|0.75|0.75|0, 0, 0|"], Rows(main, "Accuracy on devices"));
        Assert.Contains(main.Descendants("svg"), svg => svg.Attribute("aria-label")?.Value == "accuracy from 0.25 at version 0 to 0.75 at version 1");
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_group_of_devices_has_a_row_per_metric()
    {
        await using FederatedServer server = Start(new() { Devices = 3, GroupOf = client => client.Value == "p1" ? "phone" : "<watch>" });
        await using TestCoordinator coordinator = await StartAsync(server);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        await EvaluateAsync(proxy, "p1", 1);
        await EvaluateAsync(proxy, "w1", 0.25f);
        await EvaluateAsync(proxy, "w2", 0.75f);
        using HttpClient http = CreateClient();

        (_, XElement main) = await GetAsync(http, coordinator);

        Assert.Equal(
            ["accuracy|3|0.6667|0.25|0.75|1|0, 1, 0|–", "accuracy, <watch>|2|0.5|0.25|0.25|0.75|0, 0, 0|–", "accuracy, phone|1|1|1|1|1|0, 0, 0|–"],
            Rows(main, "Accuracy on devices").Where(row => row.StartsWith("accuracy", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_shards_of_a_cluster_are_listed_with_what_they_wait_for()
    {
        var status = new FederatedServerStatus
        {
            Warnings = ["No answer from shard 1."],
            Parts = [new ServerPart("0", "S10.0.0.1:11111", 3, 4, 1500, "3 updates wait"), new ServerPart("1", Location: null, 0, 0, 0, Waiting: null)],
        };
        XElement main = XElement.Parse($"<main>{StatusHtml.RenderMain(Snapshot(status))}</main>");

        Assert.Equal(["0|S10.0.0.1:11111|3|4|1,500|3 updates wait", "1|does not answer|0|0|0|–"], Rows(main, "Shards"));
        Assert.Contains(main.Elements("p"), warning => warning.Value == "No answer from shard 1.");
        Assert.DoesNotContain("Shards", StatusHtml.RenderMain(Snapshot(new FederatedServerStatus())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_screen_reader_finds_headings_headers_and_names_and_skips_decoration()
    {
        await using FederatedServer server = Start();
        await using TestCoordinator coordinator = await StartAsync(server);
        await TrainAsync(coordinator.Connect(SmallLayout), "t");
        using HttpClient http = CreateClient();

        (string html, XElement main) = await GetAsync(http, coordinator);

        Assert.Single(HeadingPattern().Matches(html));
        Assert.All(main.Descendants("section"), section => Assert.NotNull(section.Element("h2")));
        Assert.All(main.Descendants("th"), header => Assert.Contains(header.Attribute("scope")?.Value, new[] { "row", "col" }));
        Assert.All(main.Descendants("table"), table => Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Single(row.Elements("th"))));
        Assert.All(main.Descendants("svg"), svg => Assert.True(svg.Attribute("role")?.Value == "img" || svg.Ancestors().Any(parent => parent.Attribute("aria-hidden")?.Value == "true")));
        Assert.Contains("role=\"status\"", html, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_text_of_a_device_becomes_markup_and_no_other_script_may_run()
    {
        await using FederatedServer server = Start();
        await using TestCoordinator coordinator = await StartAsync(server);
        const string Hostile = "<script>alert(1)</script>&\"'{0}";
        await TrainAsync(coordinator.Connect(SmallLayout), Hostile);
        using HttpClient http = CreateClient();

        using HttpResponseMessage response = await http.GetAsync(coordinator.At("status"));
        string html = await response.Content.ReadAsStringAsync();

        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.Contains(Rows(ReadMain(html), "Devices"), row => row.StartsWith(Hostile, StringComparison.Ordinal));
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        string nonce = NoncePattern().Match(html).Groups[1].Value;
        Assert.Contains($"script-src 'nonce-{nonce}'", policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        using HttpResponseMessage again = await http.GetAsync(coordinator.At("status"));
        Assert.DoesNotContain(nonce, await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_bring_the_current_figures_until_the_app_stops()
    {
        await using FederatedServer server = Start();
        await using TestCoordinator coordinator = await StartAsync(server);
        using HttpClient http = CreateClient();
        string page = await http.GetStringAsync(coordinator.At("status"));
        string address = EventsPattern().Match(page).Groups[1].Value;
        Assert.Equal("/ftte/status/events", address);
        using HttpResponseMessage response = await http.GetAsync(new Uri(coordinator.Address, address), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("v0", Fact(await ReadEventAsync(reader), "Version"));
        await TrainAsync(coordinator.Connect(SmallLayout), "t");
        Task<XElement> next = ReadEventAsync(reader);
        while (!next.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        Assert.Equal("v1", Fact(await next, "Version"));
    }

    [Fact]
    public async Task A_federation_without_devices_has_a_page()
    {
        await using FederatedServer server = Start();
        await using TestCoordinator coordinator = await StartAsync(server);
        using HttpClient http = CreateClient();

        (_, XElement main) = await GetAsync(http, coordinator);

        Assert.Contains("No device has requested work.", main.Value, StringComparison.Ordinal);
        Assert.Equal("–", Fact(main, "Versions per hour"));
        await server.DisposeAsync();
        (_, main) = await GetAsync(http, coordinator);
        Assert.Equal("The server was stopped.", main.Elements("p").Single(p => p.Attribute("class")?.Value == "fault").Value);
    }

    [Fact]
    public async Task The_page_is_for_administrators()
    {
        await using FederatedServer server = Start();
        await using TestCoordinator coordinator = await StartWithIdentityAsync(
            server,
            configure: builder =>
            {
                builder.Services.AddSingleton(server);
                builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireRole("admin"));
            },
            map: app => app.MapFtteStatus());
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate);
        foreach (string path in new[] { "status", "status/events" })
        {
            using HttpResponseMessage response = await http.GetAsync(coordinator.At(path));
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden });
        }

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using TestCoordinator without = await StartWithIdentityAsync(server, configure: builder => builder.Services.AddSingleton(server), map: app => app.MapFtteStatus());
        });
        Assert.Contains("MapFtteStatus requires a policy for administrators", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_federation_has_a_page_of_its_own_figures()
    {
        await using FederatedServer server = Start(), watch = Start();
        await using TestCoordinator coordinator = await StartAsync(
            server,
            builder => builder.Services.AddKeyedSingleton("watch", watch).AddKeyedSingleton<IFederatedServer>("watch", watch),
            app =>
            {
                app.MapFtte("/watch", name: "watch").AllowAnonymous();
                app.MapFtteStatus("/watch/status", "watch").AllowAnonymous();
            });
        using HttpClient http = CreateClient();
        using var proxy = new HttpFederatedServer(http, new Uri(coordinator.Address, "/watch"), SmallLayout);
        await TrainAsync(proxy, "t");

        XElement named = ReadMain(await http.GetStringAsync(new Uri(coordinator.Address, "/watch/status")));
        (_, XElement unnamed) = await GetAsync(http, coordinator);

        Assert.Equal(("v1", "v0"), (Fact(named, "Version"), Fact(unnamed, "Version")));
        Assert.Equal("0 B", Fact(unnamed, "Sent"));
        Assert.NotEqual("0 B", Fact(named, "Sent"));
    }

    [GeneratedRegex("<h1>")]
    private static partial Regex HeadingPattern();

    [GeneratedRegex("<script nonce=\"([0-9a-f]{32})\">")]
    private static partial Regex NoncePattern();

    [GeneratedRegex("data-events=\"([^\"]+)\"")]
    private static partial Regex EventsPattern();

    private static CheckOutRequest Device(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    private static async Task TrainAsync(HttpFederatedServer proxy, string client)
    {
        CheckOutResponse answer = await proxy.CheckOutAsync(Device(client), new float[17]);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [.. Enumerable.Repeat(0.1f, 17)]);
        Assert.Equal(UpdateOutcome.Published, (await proxy.SubmitAsync(update)).Outcome);
    }

    private static async Task EvaluateAsync(HttpFederatedServer proxy, string client, float accuracy)
    {
        CheckOutResponse answer = await proxy.CheckOutAsync(Device(client) with { CanEvaluate = true }, new float[17]);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [2, accuracy]);
        Assert.Equal(UpdateOutcome.Evaluated, (await proxy.SubmitAsync(update)).Outcome);
    }

    /// <summary>The content is well-formed, so it can be read as XML.</summary>
    private static XElement ReadMain(string html)
    {
        int start = html.IndexOf("<main", StringComparison.Ordinal), end = html.IndexOf("</main>", StringComparison.Ordinal);
        return XElement.Parse(html[start..end] + "</main>");
    }

    private static async Task<(string Html, XElement Main)> GetAsync(HttpClient http, TestCoordinator coordinator)
    {
        string html = await http.GetStringAsync(coordinator.At("status"));
        return (html, ReadMain(html));
    }

    private static async Task<XElement> ReadEventAsync(StreamReader reader)
    {
        var data = new List<string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            data.Add(line["data: ".Length..]);
        }

        return XElement.Parse($"<main>{string.Join('\n', data)}</main>");
    }

    private static string Fact(XElement main, string name) => main.Descendants("dt").Single(dt => dt.Value == name).ElementsAfterSelf("dd").Single().Value;

    private static IEnumerable<string> Rows(XElement main, string heading) => main.Descendants("section").Single(section => section.Element("h2")!.Value == heading)
        .Descendants("tbody").Single().Elements("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value)));

    private static StatusSnapshot Snapshot(FederatedServerStatus status) => new()
    {
        Name = null,
        Time = default,
        Since = default,
        Server = status,
        PublishedVersions = 0,
        Evaluations = [],
        Clients = [],
        Ages = [],
        Weights = [],
        Updates = [],
        CheckOuts = [],
        Rejections = [],
        ReceivedBytes = 0,
        SentBytes = 0,
    };

    private FederatedServer Start(EvaluationOptions? evaluation = null)
    {
        var selections = new SelectionHistory(ParameterSelection.Full(SmallLayout));
        var aggregator = new BufferedAggregator(new ModelSnapshot(SmallLayout, default, new float[17]), selections, new() { Capacity = 1, Guard = null });
        return new FederatedServer(aggregator, selections, time: _time, evaluation: evaluation);
    }

    private Task<TestCoordinator> StartAsync(FederatedServer server, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null) => TestCoordinator.StartAsync(
        server,
        SmallLayout,
        configure: builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time));
            builder.Services.AddSingleton(server);
            builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireAuthenticatedUser());
            configure?.Invoke(builder);
        },
        map: app =>
        {
            app.MapFtteStatus().AllowAnonymous();
            map?.Invoke(app);
        });
}
