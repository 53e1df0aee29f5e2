using Ftte.Selection;
using Ftte.Testing;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>A model of 3 GB, of which the last 4 MB are trained. Needs 15 GB of memory and 3 GB of disk.</summary>
[Collection(AloneCollection.Name)]
public sealed class LargeModelTests(ITestOutputHelper output)
{
    private const int Frozen = 749_000_000, Trained = 1_000_000;

    [LongFact]
    public async Task A_device_downloads_a_model_of_3_GB_once_and_trains_it_after_a_restart_too()
    {
        ParameterLayout layout = ParameterLayout.Create(("frozen", [Frozen]), ("head", [Trained]));
        var selections = new SelectionHistory(ParameterSelection.OfBlocks(layout, "head"));
        float[] initial = new float[layout.ParameterCount];
        for (int i = 0; i < initial.Length; i++)
        {
            initial[i] = i % 1000;
        }

        await using var server = new FederatedServer(new AddingAggregator(ModelSnapshot.TakeOver(layout, default, initial), selections), selections);
        await using TestCoordinator coordinator = await StartAsync(server, layout);
        var downloads = new DownloadHandler();
        using HttpClient http = CreateClient(outer: downloads);
        http.Timeout = Timeout.InfiniteTimeSpan;
        HttpFederatedServer link = coordinator.Connect(http, layout);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ftte-large-");
        try
        {
            await TrainAsync();

            // Otherwise the second round runs below the frames of the first device, which keep its model alive.
            await Task.Yield();
            await TrainAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        output.WriteLine($"Downloads: {string.Join(", ", downloads.Lengths)} bytes; working set {Environment.WorkingSet:N0} bytes.");
        Assert.Equal([4L * (Frozen + Trained), 4L * Trained], downloads.Lengths);
        Assert.Equal((Frozen + Trained - 1) % 1000 + 2f, server.Current.Parameters.Span[^1]);

        // Each round as after a restart: the device keeps the model only in its file.
        async Task TrainAsync()
        {
            var client = new FederatedClient(link, new StepTrainer(layout), new FederatedClientOptions
            {
                ClientId = new ClientId("a"),
                MemoryBudgetBytes = 1,
                ModelFile = Path.Combine(folder.FullName, "model"),
            });
            ClientRound round = await client.RunOnceAsync();
            Assert.True(round.IsAccepted);
            Assert.Equal(initial[Frozen - 1], client.Parameters.Span[Frozen - 1]);
        }
    }

    private sealed class DownloadHandler : DelegatingHandler
    {
        public List<long?> Lengths { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.Contains("/blobs/", StringComparison.Ordinal))
            {
                Lengths.Add(response.Content.Headers.ContentLength);
            }

            return response;
        }
    }
}
