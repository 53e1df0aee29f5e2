using System.Buffers;
using Ftte.Wire;

namespace Ftte.Http.Tests;

/// <summary>Creates the update of a device, which adds 1 to every parameter.</summary>
internal static class TrainedUpdate
{
    /// <summary>Checks out, which must succeed, and returns an update.</summary>
    public static async Task<SparseUpdate> CreateAsync(HttpFederatedServer link, string client, ParameterLayout layout)
    {
        CheckOutResponse work = await link.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1, layout.Fingerprint), new float[layout.ParameterCount]);
        Assert.True(work.IsAssigned, $"The device '{client}' got {work.Outcome}.");
        return SparseUpdate.Create(work.Assignment!.CreateHeader(1), [.. Enumerable.Repeat(1f, layout.ParameterCount)]);
    }

    /// <summary>Checks out and returns the address and the bytes of an update.</summary>
    public static async Task<(Uri Address, byte[] Message)> EncodeAsync(TestCoordinator coordinator, HttpClient http, string client, ParameterLayout layout)
    {
        using SparseUpdate update = await CreateAsync(coordinator.Connect(http, layout), client, layout);
        var message = new ArrayBufferWriter<byte>();
        UpdateMessage.Write(message, update, ValueFormat.Float32, 0);
        return (coordinator.At($"updates/{update.Header.Id}"), message.WrittenSpan.ToArray());
    }
}
