using CsCheck;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Tests.Selection;

public sealed class ImportanceSurveyTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [4]), ("b", [2, 3]), ("c", [5]));

    /// <summary>Honest vectors of three blocks.</summary>
    private static readonly Gen<float[][]> Honest = Gen.Float[0.001f, 1000f].Array[3].Array[1, 12];

    public static TheoryData<string, float[]> Unusable { get; } = new()
    {
        { "too short", [1, 2] },
        { "too long", [1, 2, 3, 4] },
        { "empty", [] },
        { "negative", [1, -1e-30f, 3] },
        { "negative, with a sum of zero", [1, -1, 0] },
        { "NaN", [1, float.NaN, 3] },
        { "infinite", [1, 2, float.PositiveInfinity] },
        { "minus infinite", [float.NegativeInfinity, 2, 3] },
        { "both infinities", [float.NegativeInfinity, float.PositiveInfinity, 3] },
        { "all zero", [0, 0, 0] },
        { "all zero, with either sign", [-0f, 0, -0f] },
    };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_saved_survey_is_loaded_with_all_its_answers(int answers)
    {
        var survey = new ImportanceSurvey(Layout);
        for (int i = 0; i < answers; i++)
        {
            Assert.True(survey.TryAdd([1 + i, 2, 5]));
        }

        byte[] saved = StateBytes.Write(survey.Save);
        var loaded = new ImportanceSurvey(Layout);
        var reader = new StateReader(saved);
        loaded.Load(ref reader);
        reader.End();

        Assert.Equal(answers, loaded.Count);
        Assert.Equal(saved, StateBytes.Write(loaded.Save));
        Assert.True(answers == 0 || Bits(survey.Combine()).SequenceEqual(Bits(loaded.Combine())));
    }

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_vector_that_makes_no_sense_is_refused_and_leaves_no_trace(string reason, float[] values)
    {
        var survey = new ImportanceSurvey(Layout);
        Assert.True(survey.TryAdd([1, 2, 5]));
        Assert.True(survey.TryAdd([2, 2, 4]));
        BlockImportance before = survey.Combine();

        Assert.False(survey.TryAdd(values), reason);

        Assert.Equal(2, survey.Count);
        Assert.Equal(Bits(before), Bits(survey.Combine()));
    }

    [Fact]
    public void One_vector_is_combined_to_its_shares()
    {
        var survey = new ImportanceSurvey(Layout);
        Assert.True(survey.TryAdd([1, 0, 3]));

        BlockImportance combined = survey.Combine();

        Assert.Same(Layout, combined.Layout);
        Assert.Equal([0.25, 0, 0.75], combined.Values.ToArray());
    }

    [Fact]
    public void Three_vectors_give_the_middle_share_and_four_the_mean_of_the_two_in_the_middle()
    {
        var survey = new ImportanceSurvey(Layout);
        Assert.True(survey.TryAdd([1, 1, 2]));
        Assert.True(survey.TryAdd([2, 1, 1]));
        Assert.True(survey.TryAdd([0, 1, 3]));
        Assert.Equal([0.25, 0.25, 0.5], survey.Combine().Values.ToArray());

        Assert.True(survey.TryAdd([8, 0, 0]));

        Assert.Equal([0.375, 0.25, 0.375], survey.Combine().Values.ToArray());
    }

    [Fact]
    public void Nothing_cannot_be_combined() => Assert.Throws<InvalidOperationException>(() => new ImportanceSurvey(Layout).Combine());

    [Fact]
    public void The_vector_is_copied()
    {
        var survey = new ImportanceSurvey(Layout);
        float[] values = [1, 1, 2];
        survey.TryAdd(values);
        values[0] = 1000;

        Assert.Equal([0.25, 0.25, 0.5], survey.Combine().Values.ToArray());
    }

    [Fact]
    public void The_largest_and_the_smallest_values_are_compared_like_any_other()
    {
        var survey = new ImportanceSurvey(Layout);
        Assert.True(survey.TryAdd([float.MaxValue, float.MaxValue, 0]));
        Assert.True(survey.TryAdd([float.Epsilon, float.Epsilon, 0]));

        Assert.Equal([0.5, 0.5, 0], survey.Combine().Values.ToArray());
    }

    [Fact]
    public void The_order_of_arrival_changes_no_bit() => Honest.SelectMany(vectors => Gen.Shuffle(vectors.ToArray()).Select(shuffled => (vectors, shuffled))).Sample(v =>
        Assert.Equal(Bits(Combine(v.vectors)), Bits(Combine(v.shuffled))));

    [Fact]
    public void A_device_that_measures_in_another_unit_changes_nothing() => Gen.Select(Honest, Gen.Int[0, 11], Gen.Int[-60, 60], Gen.Float[0.01f, 100f]).Sample((vectors, which, power, factor) =>
    {
        BlockImportance expected = Combine(vectors);
        float[] one = vectors[which % vectors.Length];

        // A power of two changes no bit of a share; any other factor rounds the values themselves.
        float[] scaled = [.. one.Select(v => v * MathF.ScaleB(1, power))];
        Assert.Equal(Bits(expected), Bits(Combine([.. vectors.Select(v => v == one ? scaled : v)])));
        float[] rounded = [.. one.Select(v => v * factor)];
        Assert.All(
            expected.Values.Zip(Combine([.. vectors.Select(v => v == one ? rounded : v)]).Values),
            pair => Assert.InRange(pair.Second, pair.First - 1e-6, pair.First + 1e-6));
    });

    [Fact]
    public void A_poisoned_minority_cannot_leave_the_range_of_the_honest_shares()
    {
        Gen<float> extreme = Gen.OneOf(Gen.OneOf(0f, float.Epsilon, 1f, 1e30f, float.MaxValue), Gen.Float[0, 1e10f]);
        Gen.Select(Honest, extreme.Array[3].Array[0, 11]).Sample((honest, poisoned) =>
        {
            poisoned = [.. poisoned.Where(v => v.Any(x => x > 0)).Take(honest.Length - 1)];
            BlockImportance combined = Combine([.. poisoned, .. honest]);
            for (int block = 0; block < 3; block++)
            {
                double[] shares = [.. honest.Select(v => v[block] / ((double)v[0] + v[1] + v[2]))];
                Assert.InRange(combined.Values[block], shares.Min(), shares.Max());
            }
        });
    }

    [Fact]
    public void A_saved_answer_that_makes_no_sense_is_rejected() => StateBytes.AssertRejected(
        WireError.BadValue,
        writer =>
        {
            writer.Int32(1);
            writer.Values<float>([1, -1, 3]);
        },
        static (ref reader) => new ImportanceSurvey(Layout).Load(ref reader));

    private static BlockImportance Combine(float[][] vectors)
    {
        var survey = new ImportanceSurvey(Layout);
        Assert.All(vectors, v => Assert.True(survey.TryAdd(v)));
        return survey.Combine();
    }

    private static long[] Bits(BlockImportance importance) => [.. importance.Values.Select(BitConverter.DoubleToInt64Bits)];
}
