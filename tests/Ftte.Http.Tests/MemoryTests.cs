using System.Net;
using System.Net.Http.Headers;
using Ftte.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>What downloads and requests allocate, in the whole process: nothing else runs meanwhile.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryTests
{
    private static readonly HttpFederatedServerOptions AtOnce = new() { WorkWait = TimeSpan.Zero };

    [Fact]
    public async Task The_memory_of_a_download_does_not_depend_on_the_size_of_the_model()
    {
        ParameterLayout large = ParameterLayout.Create(("all", [16 << 20]));
        await using FederatedServer server = CreateServer(large);
        await using TestCoordinator coordinator = await StartAsync(server, large);
        HttpFederatedServer proxy = coordinator.Connect(large, AtOnce);
        float[] device = new float[large.ParameterCount];
        await proxy.CheckOutAsync(Request("warm-up", large), device);
        device[^1] = 0;
        long before = GC.GetTotalAllocatedBytes(precise: true);

        await proxy.CheckOutAsync(Request("b", large), device);

        // Both ends are in this process. The model has 64 MiB; a copy on either side would show.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);
        Assert.Equal((16 << 20) - 1, device[^1]);
    }

    [Fact]
    public async Task An_announced_length_costs_no_memory()
    {
        ParameterLayout large = ParameterLayout.Create(("all", [100_000_000]));
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), large);
        using HttpClient http = CreateClient();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 8; i++)
        {
            using var content = new PromisingContent(390_000_000);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.ftte");

            await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(http, HttpMethod.Put, coordinator.At("updates/00000000000000ab"), content));
        }

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32 << 20);
    }

    private static CheckOutRequest Request(string client, ParameterLayout layout) => new(new ClientId(client), 1 << 20, layout.Fingerprint);

    /// <summary>Announces a length, sends a few bytes, and fails.</summary>
    private sealed class PromisingContent(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[10]);
            await stream.FlushAsync();
            throw new IOException("No more.");
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
