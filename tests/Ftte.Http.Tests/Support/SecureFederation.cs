using Ftte.Aggregation;
using Ftte.Privacy.SecureAggregation;
using Ftte.Selection;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Http.Tests;

/// <summary>A server whose updates arrive by secure aggregation. K is 5, so that a cohort has 6 members, of which 4 must remain. The clock of the cohorts is set by the test.</summary>
internal sealed class SecureFederation : IAsyncDisposable
{
    public const int Length = 40_000;

    private static readonly SharedQuantization Quantization = new(1);

    private readonly SelectionHistory _selections = new(ParameterSelection.Full(Layout));

    public SecureFederation()
    {
        Server = CreateServer(_selections);
        Secure = new SecureAggregationServer(Server, _selections, Options, Time);
    }

    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("model", [Length]));

    public static SecureAggregationOptions Options => new() { Capacity = 5, Quantization = Quantization };

    public FakeTimeProvider Time { get; } = new();

    public FederatedServer Server { get; }

    public SecureAggregationServer Secure { get; }

    /// <summary>Checks a client out and creates its update, with values in [-1, 1) that follow from its name.</summary>
    public async Task<SparseUpdate> TrainAsync(string client)
    {
        CheckOutResponse work = await Server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Layout.Fingerprint), new float[Length]);
        var random = new Random((int)WireMessage.GetSeed(new ClientId(client), default));
        return SparseUpdate.Create(work.Assignment!.CreateHeader(1), [.. Enumerable.Range(0, Length).Select(_ => (random.NextSingle() * 2) - 1)]);
    }

    /// <summary>Computes the model that a server without secure aggregation has after the same quantized updates, added in the clear.</summary>
    public static async Task<float[]> ComputePlainModelAsync(IReadOnlyCollection<SparseUpdate> updates)
    {
        int[] sum = new int[Length];
        foreach (SparseUpdate update in updates)
        {
            var quantized = new uint[Length];
            Quantization.Quantize(update.Values.Span, 0, WireMessage.GetSeed(update.Header.Client, update.Header.Id), CohortDescription.FullWeight, quantized);
            for (int i = 0; i < Length; i++)
            {
                sum[i] = checked(sum[i] + unchecked((int)quantized[i]));
            }
        }

        double scale = (double)Quantization.Step / CohortDescription.FullWeight / updates.Count;
        float[] mean = Array.ConvertAll(sum, value => (float)(value * scale));
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        await using FederatedServer server = CreateServer(selections);
        for (int i = 0; i < updates.Count; i++)
        {
            CheckOutResponse work = await server.CheckOutAsync(new CheckOutRequest(new ClientId($"plain-{i}"), 1 << 20, Layout.Fingerprint), new float[Length]);
            using var update = SparseUpdate.Create(work.Assignment!.CreateHeader(1), mean);
            Assert.True((await server.SubmitAsync(update)).IsAccepted);
        }

        await server.FlushAsync();
        return server.Current.Parameters.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        Secure.Dispose();
        await Server.DisposeAsync();
    }

    private static FederatedServer CreateServer(SelectionHistory selections)
    {
        BufferedAggregatorOptions options = BufferedAggregatorOptions.FedBuff();
        (options.Capacity, options.Weighting, options.Reduction) = (Options.CohortSize, new ConstantWeighting(), Reduction.MassDampedMean(byExamples: false));
        return new FederatedServer(new BufferedAggregator(new ModelSnapshot(Layout, default, new float[Length]), selections, options), selections);
    }
}
