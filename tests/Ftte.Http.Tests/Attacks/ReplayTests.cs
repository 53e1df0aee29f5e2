using System.Net;
using Ftte.Wire;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Messages that are sent again, or changed on their way.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_replayed_update_counts_once_whoever_sends_it_and_whenever()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a"), b = await _devices.EnrollAsync(coordinator, "b");
        using HttpClient asA = a.CreateClient(), asB = b.CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, asA, "a", SmallLayout);

        Assert.Equal(UpdateOutcome.Published, await PutAsync(asA, address, message));
        Assert.Equal(UpdateOutcome.Duplicate, await PutAsync(asA, address, message));
        Assert.Equal("foreign-client", await RejectAsync(asB, HttpStatusCode.Forbidden, HttpMethod.Put, address, Content(message)));
        Assert.Equal("update-id", await RejectAsync(asA, HttpStatusCode.BadRequest, HttpMethod.Put, coordinator.At("updates/00000000000000ab"), Content(message)));
        for (int round = 0; round < 10; round++)
        {
            await HonestDevice.TrainAsync(coordinator.Connect(asB, SmallLayout), SmallLayout, "b");
        }

        // The server remembers four assignments of a client, and the aggregator what it accepted.
        Assert.Contains(await PutAsync(asA, address, message), new[] { UpdateOutcome.Duplicate, UpdateOutcome.NotAssigned });
        Assert.Equal(new ModelVersion(11), server.Current.Version);
        Assert.Equal(11f, server.Current.Parameters.Span[0]);
    }

    [Fact]
    public async Task An_update_with_a_changed_byte_is_rejected_wherever_it_is()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using HttpClient http = CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", SmallLayout);
        for (int at = 0; at < message.Length; at++)
        {
            message[at] ^= 1;
            string reason = await RejectAsync(http, HttpStatusCode.BadRequest, HttpMethod.Put, address, Content(message));
            Assert.StartsWith("message-", reason, StringComparison.Ordinal);
            message[at] ^= 1;
        }

        Assert.Equal(new ModelVersion(0), server.Current.Version);
        Assert.Equal(UpdateOutcome.Published, await PutAsync(http, address, message));
    }

    private static async Task<UpdateOutcome> PutAsync(HttpClient http, Uri address, byte[] message)
    {
        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Put, address, Content(message));
        return ReceiptMessage.Read(await response.Content.ReadAsByteArrayAsync()).Outcome;
    }
}
