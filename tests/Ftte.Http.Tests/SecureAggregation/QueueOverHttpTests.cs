using System.Diagnostics.CodeAnalysis;
using Ftte.AspNetCore;
using Ftte.Privacy.Http;
using Ftte.Privacy.SecureAggregation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.SecureAggregation;

/// <summary>Announcements that wait longer than a request is held, and settings that are refused.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "DisposeAsync disposes the federation.")]
public sealed class QueueOverHttpTests : IAsyncLifetime
{
    private readonly SecureFederation _federation = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _federation.DisposeAsync();

    [Fact]
    public async Task A_device_whose_request_was_held_as_long_as_possible_announces_again_and_keeps_its_place()
    {
        var time = new FakeTimeProvider();
        await using TestCoordinator coordinator = await StartAsync(time: time);
        using HttpClient http = CreateClient();
        using var link = new HttpCohortServer(http, coordinator.Address, new HttpFederatedServerOptions { WorkWait = TimeSpan.FromSeconds(50) });
        using var participant = new CohortParticipant((await _federation.TrainAsync("first")).Header, SecureFederation.Length, minContributors: 4);
        Task<CohortInvitation> first = link.AnnounceAsync(participant.Announcement).AsTask();
        await UntilAsync(() => _federation.Secure.WaitingCount == 1);
        _federation.Time.Advance(TimeSpan.FromSeconds(1));
        var others = new List<CohortParticipant>();
        for (int i = 0; i < 4; i++)
        {
            others.Add(new CohortParticipant((await _federation.TrainAsync($"other-{i}")).Header, SecureFederation.Length, minContributors: 4));
            _ = _federation.Secure.AnnounceAsync(others[i].Announcement).AsTask();
        }

        time.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(new CohortInvitation(null), await first);
        Assert.Equal(4, _federation.Secure.WaitingCount);
        Task<CohortInvitation> again = link.AnnounceAsync(participant.Announcement).AsTask();
        others.Add(new CohortParticipant((await _federation.TrainAsync("last")).Header, SecureFederation.Length, minContributors: 4));
        _ = _federation.Secure.AnnounceAsync(others[^1].Announcement).AsTask();
        CohortDescription cohort = (await again).Cohort!;
        Assert.Equal(participant.Announcement.MaskKey.ToArray(), cohort.Members[0].MaskKey.ToArray());
        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public async Task A_device_that_disconnects_leaves_the_queue()
    {
        await using TestCoordinator coordinator = await StartAsync();
        using HttpClient http = CreateClient();
        using var link = new HttpCohortServer(http, coordinator.Address);
        using var participant = new CohortParticipant((await _federation.TrainAsync("a")).Header, SecureFederation.Length, minContributors: 4);
        using var stop = new CancellationTokenSource();
        Task<CohortInvitation> waiting = link.AnnounceAsync(participant.Announcement, stop.Token).AsTask();
        await UntilAsync(() => _federation.Secure.WaitingCount == 1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await UntilAsync(() => _federation.Secure.WaitingCount == 0);
    }

    [Fact]
    public async Task Steps_that_take_longer_than_a_request_is_held_are_refused_at_startup()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(new FtteEndpointOptions { MaxWorkWait = TimeSpan.FromSeconds(29) }));

        Assert.Contains("A step of a cohort may take 00:00:30, but requests are held for 00:00:29", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_without_a_server_of_cohorts_are_refused_at_startup()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestCoordinator.StartAsync(_federation.Server, SecureFederation.Layout, map: app => app.MapFtteSecureAggregation()));

        Assert.Contains("UseSecureAggregation", refused.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private Task<TestCoordinator> StartAsync(FtteEndpointOptions? options = null, TimeProvider? time = null) => TestCoordinator.StartAsync(
        _federation.Server,
        SecureFederation.Layout,
        configure: builder =>
        {
            builder.Services.AddSingleton(_federation.Secure);
            builder.Services.AddSingleton(time ?? TimeProvider.System);
        },
        map: app => app.MapFtteSecureAggregation(options: options).AllowAnonymous());
}
