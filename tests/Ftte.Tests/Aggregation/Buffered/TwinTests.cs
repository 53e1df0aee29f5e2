using CsCheck;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>The library against the algorithm written out in plain loops (samples/FtteByHand).</summary>
public class TwinTests
{
    [Fact]
    public void A_whole_run_agrees_with_the_algorithm_in_plain_loops() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 6], Gen.Int[0, int.MaxValue]).Sample((parameters, capacity, seed) =>
        {
            var random = new Random(seed);
            float[] model = [.. Enumerable.Range(0, parameters).Select(_ => random.NextSingle())];
            var twin = new FtteByHand.Server([.. model], capacity);
            var bench = new Bench(model, new() { Capacity = capacity, MaxAge = 1000, Guard = null });
            ParameterSelection selection = bench.Selections.Current.Selection;
            for (int i = 0; i < capacity * 5; i++)
            {
                if (random.Next(7) == 0)
                {
                    int start = random.Next(parameters);
                    bench.Selections.Announce(ParameterSelection.Create(parameters, [new(start, 1 + random.Next(parameters - start))]));
                    selection = bench.Selections.Current.Selection;
                }

                float scale = MathF.Pow(10, random.Next(-3, 1));
                float[] values = [.. Enumerable.Range(0, selection.Count).Select(_ => (random.NextSingle() - .5f) * scale)];
                long age = random.NextInt64(Math.Min(10, bench.Aggregator.Current.Version.Number + 1));
                int examples = random.Next(1, 3000);
                UpdateReceipt receipt = bench.Submit(bench.Header(age, examples), values);
                int[] coordinates = [.. selection.Ranges.SelectMany(r => Enumerable.Range(r.Start, r.Length))];
                double weight = twin.Submit(new FtteByHand.Update(twin.Version - age, examples, coordinates, values));
                Assert.True(receipt.IsAccepted);
                Assert.Equal(weight, receipt.Weight, 1e-9);
            }

            Assert.Equal(twin.Version, bench.Aggregator.Current.Version.Number);
            Assert.All(twin.Model.Zip(bench.Model), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }, iter: 300);

    [Fact]
    public void A_buffer_of_one_is_plain_asynchronous_addition()
    {
        var bench = new Bench([1, 2], new() { Capacity = 1, Weighting = new ConstantWeighting() });
        bench.Submit(0, .5f, -.5f);
        bench.Submit(1, .25f, 0f);
        Assert.Equal([1.75f, 1.5f], bench.Model);
    }

    [Fact]
    public void Fresh_updates_of_usual_variance_from_everyone_give_FedAvg_exactly() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue]).Sample((parameters, seed) =>
        {
            // Within one buffer there is no reference yet, so every fresh update counts in full.
            float[] ftte = Publish(new() { NormClip = null, ExampleCap = null }, parameters, seed), fedAvg = Publish(BufferedAggregatorOptions.FedAvg(), parameters, seed);
            Assert.Equal(fedAvg, ftte);
        });

    [Fact]
    public void Without_a_variance_exponent_FTTE_over_the_capacity_is_FedBuff_exactly() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue]).Sample((parameters, seed) =>
        {
            BufferedAggregatorOptions fedBuff = BufferedAggregatorOptions.FedBuff();
            BufferedAggregatorOptions options = new() { Reduction = Reduction.OverCapacity(), Weighting = new AgeAndVarianceWeighting(varianceExponent: 0), NormClip = null };

            // The mean of ten random values of one parameter can be a hundred times as large as the last, which the guard would refuse.
            (fedBuff.Guard, options.Guard) = (null, null);
            Assert.Equal(Publish(fedBuff, parameters, seed, 3), Publish(options, parameters, seed, 3));
        });

    [Fact]
    public void FedAvg_is_the_mean_weighted_by_examples() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue]).Sample((parameters, seed) =>
        {
            var random = new Random(seed);
            double[] sum = new double[parameters];
            double mass = 0;
            var bench = new Bench(new float[parameters], BufferedAggregatorOptions.FedAvg(4));
            for (int i = 0; i < 4; i++)
            {
                int examples = random.Next(1, 1000);
                float[] values = [.. Enumerable.Range(0, parameters).Select(_ => random.NextSingle() - .5f)];
                bench.Submit(bench.Header(0, examples), values);
                mass += examples;
                for (int j = 0; j < parameters; j++)
                {
                    sum[j] += examples * (double)values[j];
                }
            }

            Assert.All(Enumerable.Range(0, parameters), j => Assert.Equal(sum[j] / mass, bench.Model[j], 1e-7));
        });

    private static float[] Publish(BufferedAggregatorOptions options, int parameters, int seed, int buffers = 1)
    {
        var random = new Random(seed);
        var bench = new Bench(new float[parameters], options);
        for (int i = 0; i < options.Capacity * buffers; i++)
        {
            float[] values = [.. Enumerable.Range(0, parameters).Select(_ => random.NextSingle() - .5f)];
            long age = options.MaxAge == 0 ? 0 : random.NextInt64(buffers == 1 ? 1 : bench.Aggregator.Current.Version.Number + 1);
            UpdateReceipt receipt = bench.Submit(bench.Header(age, buffers == 1 ? random.Next(1, 1000) : 1), values);
            Assert.True(receipt.IsAccepted, receipt.Outcome.ToString());
        }

        Assert.Equal(buffers, bench.Aggregator.Current.Version.Number);
        return bench.Model;
    }
}
