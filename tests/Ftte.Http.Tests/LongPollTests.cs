using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

public sealed class LongPollTests
{
    private static readonly FederatedServerOptions OneAtATime = new() { MaxConcurrency = 1 };

    private readonly FakeTimeProvider _time = new();

    private static CheckOutRequest Device(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    private Task<TestCoordinator> StartAsync(IFederatedServer server) =>
        TestCoordinator.StartAsync(server, SmallLayout, configure: builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)));

    [Fact]
    public async Task An_idle_device_gets_work_as_soon_as_there_is_some()
    {
        await using FederatedServer server = CreateServer(SmallLayout, OneAtATime);
        await using TestCoordinator coordinator = await StartAsync(server);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        CheckOutResponse first = await proxy.CheckOutAsync(Device("a"), new float[17]);
        Task<CheckOutResponse> waiting = proxy.CheckOutAsync(Device("b"), new float[17]).AsTask();

        using (SparseUpdate update = SparseUpdate.Create(first.Assignment!.CreateHeader(1), new float[17]))
        {
            Assert.True((await proxy.SubmitAsync(update)).IsAccepted);
        }

        Assert.True((await waiting).IsAssigned);
    }

    [Fact]
    public async Task The_wait_is_bounded_by_the_device_and_by_the_server()
    {
        await using FederatedServer server = CreateServer(SmallLayout, OneAtATime);
        await using TestCoordinator coordinator = await StartAsync(server);
        await coordinator.Connect(SmallLayout).CheckOutAsync(Device("a"), new float[17]);

        foreach ((int asked, int waited) in new[] { (7, 7), (1000, 55) })
        {
            HttpFederatedServer proxy = coordinator.Connect(SmallLayout, new HttpFederatedServerOptions { WorkWait = TimeSpan.FromSeconds(asked) });
            Task<CheckOutResponse> waiting = proxy.CheckOutAsync(Device("b"), new float[17]).AsTask();
            while (!waiting.IsCompleted)
            {
                // Until the request has arrived and its timer has started.
                _time.Advance(TimeSpan.FromSeconds(waited));
                await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
            }

            Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.Zero), await waiting);
        }
    }

    [Fact]
    public async Task A_device_that_does_not_wait_is_told_when_to_come_back()
    {
        await using FederatedServer server = CreateServer(SmallLayout, OneAtATime);
        await using TestCoordinator coordinator = await StartAsync(server);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout, new HttpFederatedServerOptions { WorkWait = TimeSpan.Zero });
        await proxy.CheckOutAsync(Device("a"), new float[17]);

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(1)), await proxy.CheckOutAsync(Device("b"), new float[17]));
    }

    [Fact]
    public async Task A_server_that_shuts_down_sends_waiting_devices_away_until_later()
    {
        await using FederatedServer server = CreateServer(SmallLayout, OneAtATime);
        var observed = new ObservedServer(server);
        await using TestCoordinator coordinator = await StartAsync(observed);
        var arrivals = new ArrivalHandler();
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout, through: arrivals);
        await proxy.CheckOutAsync(Device("a"), new float[17]);
        Task<CheckOutResponse> waiting = proxy.CheckOutAsync(Device("b"), new float[17]).AsTask();
        await observed.ReachAsync(1);

        coordinator.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        CheckOutResponse answer = await waiting;
        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(5)), answer);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, arrivals.Last);
    }

    [Fact]
    public async Task A_device_that_hangs_up_takes_no_place()
    {
        await using FederatedServer server = CreateServer(SmallLayout, OneAtATime);
        var observed = new ObservedServer(server);
        await using TestCoordinator coordinator = await StartAsync(observed);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        CheckOutResponse first = await proxy.CheckOutAsync(Device("a"), new float[17]);
        using var cancellation = new CancellationTokenSource();
        Task gone = proxy.CheckOutAsync(Device("gone"), new float[17], cancellation.Token).AsTask();
        await observed.ReachAsync(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await observed.ReachAsync(0);
        Task<CheckOutResponse> waiting = proxy.CheckOutAsync(Device("b"), new float[17]).AsTask();
        await observed.ReachAsync(1);

        using (SparseUpdate update = SparseUpdate.Create(first.Assignment!.CreateHeader(1), new float[17]))
        {
            await proxy.SubmitAsync(update);
        }

        Assert.True((await waiting).IsAssigned);
    }

    private sealed class ArrivalHandler : DelegatingHandler
    {
        public HttpStatusCode? Last { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            Last = response.StatusCode;
            return response;
        }
    }
}
