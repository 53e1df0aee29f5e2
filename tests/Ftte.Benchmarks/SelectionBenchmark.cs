using System.Collections.Immutable;
using System.Text.Json;
using Ftte.Baselines;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>The exact selection against TTE's evolutionary search: worth and time, from tight budgets to loose ones, on one thread.</summary>
internal static class SelectionBenchmark
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private static readonly double[] Shares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 0.95];

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--json");
        var rows = new List<SelectionRow>();
        foreach ((string model, TrainingProfile profile, BlockImportance importance) in Models())
        {
            foreach (double share in Shares)
            {
                SelectionRow row = Measure(model, profile, importance, share);
                rows.Add(row);
                Console.WriteLine($"{row.Model,-20} {row.BudgetBytes,12:N0} B  exact {row.ExactObjective:0.00000} in {row.ExactMilliseconds,7:0.00} ms (gap {row.Gap:0.0e0})  "
                    + $"evolutionary {row.EvolutionaryObjective:0.00000} in {row.EvolutionaryMilliseconds,7:0.0} ms  peak {row.PeakBytes:N0}");
            }
        }

        arguments.Save(JsonSerializer.Serialize(rows, Json));
        return 0;
    }

    private static IEnumerable<(string Model, TrainingProfile Profile, BlockImportance Importance)> Models()
    {
        foreach (string name in new[] { "mobilenetv2-0.35", "resnet20", "resnet18" })
        {
            Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
            var options = new SgdOptions { BatchSize = 1 };
            TrainingProfile profile = network.Profile(options, inputShares: [1.0 / 8, 1.0 / 4, 1.0 / 2, 1]);
            yield return (name, profile, SyntheticImportance(network.Layout, seed: 1));
        }

        TrainingProfile synthetic = SyntheticProfile(nodes: 100, seed: 1);
        yield return ("synthetic-100x5", synthetic, SyntheticImportance(synthetic.Layout, seed: 2));
    }

    /// <summary>Draws worth that varies a hundredfold between blocks and grows with the root of their size.</summary>
    private static BlockImportance SyntheticImportance(ParameterLayout layout, ulong seed)
    {
        var random = new Random((int)seed);
        return new BlockImportance(layout, [.. layout.Blocks.Select(b => b.Name.Contains("running", StringComparison.Ordinal) ? 0 : Math.Pow(100, random.NextDouble()) * Math.Sqrt(b.Range.Length))]);
    }

    /// <summary>Makes up a network of convolutions: images shrink and channels grow with depth.</summary>
    private static TrainingProfile SyntheticProfile(int nodes, int seed)
    {
        var random = new Random(seed);
        int[] channels = [.. Enumerable.Range(0, nodes).Select(t => 8 * random.Next(1, 3 + (t / 8)))];
        var layout = ParameterLayout.Create([.. channels.SelectMany((c, t) => new[] { ($"conv{t}.weight", new[] { 9, c, 16 }), ($"conv{t}.bias", new[] { 16 }) })]);
        var steps = ImmutableArray.CreateBuilder<TrainingStep>(nodes);
        for (int t = 0; t < nodes; t++)
        {
            int pixels = 4096 >> (2 * t / 20);
            long input = 4L * pixels * channels[t], output = 4L * pixels * 16;
            ParameterRange weights = layout.RangeOf(2 * t), bias = layout.RangeOf((2 * t) + 1);
            var choices = ImmutableArray.Create(new TrainingChoice("bias", [bias], output / 32, 4 * bias.Length));
            foreach (int divisor in new[] { 8, 4, 2, 1 })
            {
                var window = new ChannelWindow(weights, 9, channels[t], Math.Max(1, channels[t] / divisor));
                int count = window.Ranges.Sum(r => r.Length) + bias.Length;
                choices = choices.Add(new TrainingChoice($"1/{divisor}", [.. window.Ranges, bias], (input / divisor) + (output / 32), 4L * count, 9L * pixels * channels[t] * 16 / divisor));
            }

            steps.Add(new TrainingStep($"conv{t}", input + output, input + output, output, output / 32, choices)
            {
                ForwardMultiplyAdds = 9L * pixels * channels[t] * 16,
                InputGradientMultiplyAdds = 9L * pixels * channels[t] * 16,
            });
        }

        return new TrainingProfile(layout, 4L * layout.ParameterCount, steps.MoveToImmutable());
    }

    private static SelectionRow Measure(string model, TrainingProfile profile, BlockImportance importance, double share)
    {
        int[] everything = [.. profile.Steps.Select(s => s.Choices.Length - 1)];
        long full = MemoryTimeline.Compute(profile, everything).PeakBytes;
        long least = profile.ResidentBytes;
        var request = new SelectionRequest(profile, importance, long.MaxValue);
        try
        {
            new ExactSelector().Select(request with { MemoryBudgetBytes = 0 });
        }
        catch (BudgetTooSmallException refusal)
        {
            least = refusal.Required;
        }

        request = request with { MemoryBudgetBytes = least + (long)(share * (full - least)) };
        (SelectionResult exact, double exactMs) = Time(new ExactSelector(), request, repeats: 5);
        (SelectionResult evolved, double evolvedMs) = Time(new EvolutionarySelector(), request, repeats: 1);
        double all = importance.Values.Sum();
        return new SelectionRow(
            model, request.MemoryBudgetBytes, exact.Certificate.Objective / all, evolved.Certificate.Objective / all, exactMs, evolvedMs,
            exact.Certificate.Timeline.PeakBytes, exact.Certificate.Gap!.Value / all);
    }

    /// <summary>Selects several times and gives the fastest, which other work on the machine disturbs least.</summary>
    private static (SelectionResult Result, double Milliseconds) Time(IParameterSelector selector, SelectionRequest request, int repeats)
    {
        SelectionResult result = selector.Select(request);
        double best = double.PositiveInfinity;
        for (int i = 0; i < repeats; i++)
        {
            long started = TimeProvider.System.GetTimestamp();
            result = selector.Select(request);
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        return (result, best);
    }
}

/// <summary>One model at one budget; worth as a share of everything's.</summary>
internal sealed record SelectionRow(
    string Model,
    long BudgetBytes,
    double ExactObjective,
    double EvolutionaryObjective,
    double ExactMilliseconds,
    double EvolutionaryMilliseconds,
    long PeakBytes,
    double Gap);
