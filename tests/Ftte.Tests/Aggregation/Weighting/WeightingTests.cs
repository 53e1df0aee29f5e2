using CsCheck;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

public class WeightingTests
{
    private static UpdateStatistics Aged(long age) => new(age, 1, double.NaN, 1, 1);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0.7071067811865476)]
    [InlineData(2, 0.5773502691896257)]
    [InlineData(3, 0.5)]
    [InlineData(8, 0.3333333333333333)]
    [InlineData(15, 0.25)]
    [InlineData(24, 0.2)]
    [InlineData(99, 0.1)]
    public void Polynomial_weight_is_the_inverse_root_of_one_plus_age(long age, double weight) =>
        Assert.Equal(weight, new PolynomialWeighting().GetWeight(Aged(age)), 1e-15);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 0.09090909090909091)]
    [InlineData(6, 0.047619047619047616)]
    [InlineData(8, 0.024390243902439025)]
    [InlineData(16, 0.008264462809917356)]
    public void Hinge_weight_falls_past_the_grace_age(long age, double weight) =>
        Assert.Equal(weight, new HingeWeighting().GetWeight(Aged(age)), 1e-15);

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(3, 4, 0.25)]
    [InlineData(8, .25, 0.3333333333333333)]
    public void Age_and_variance_weight_meets_the_published_cases(long age, double variance, double weight) =>
        Assert.Equal(weight, new AgeAndVarianceWeighting().GetWeight(new UpdateStatistics(age, variance, 1, 1, 1)), 1e-15);

    [Fact]
    public void Rational_weight_leaves_the_variance_out_while_the_reference_is_zero_or_unknown()
    {
        foreach (double reference in new[] { 0, double.NaN })
        {
            Assert.Equal(1 / 1.5, new RationalWeighting().GetWeight(new UpdateStatistics(1, 1, reference, 1, 1)), 1e-15);
        }
    }

    [Fact]
    public void Exponential_threshold_and_reciprocal_follow_their_formulas()
    {
        Assert.Equal(0.729, new ExponentialWeighting(0.9).GetWeight(Aged(3)), 1e-15);
        Assert.Equal(1, new ThresholdWeighting(3).GetWeight(Aged(3)));
        Assert.Equal(0, new ThresholdWeighting(3).GetWeight(Aged(4)));
        Assert.Equal(1.0 / 3, new ReciprocalWeighting().GetWeight(Aged(4)), 1e-15);
        Assert.Equal(1.0 / 5, new ReciprocalWeighting(2).GetWeight(Aged(2)), 1e-15);
        Assert.Equal(1, new ConstantWeighting().GetWeight(Aged(77)));
    }

    [Fact]
    public void Polynomial_weight_falls_with_the_given_power_of_one_plus_the_age()
    {
        Assert.Equal(1.0 / 4, new PolynomialWeighting(exponent: 1).GetWeight(Aged(3)), 1e-15);
        Assert.Equal(Math.Pow(4, -0.3), new PolynomialWeighting(exponent: 0.3).GetWeight(Aged(3)), 1e-15);
        Assert.Equal(1, new PolynomialWeighting(exponent: 0).GetWeight(Aged(3)));
    }

    [Fact]
    public void Polynomial_normalised_at_age_one_gives_a_fresh_update_more_than_one() =>
        Assert.Equal(Math.Sqrt(2), new PolynomialWeighting(0.5, normalizedAtAge: 1).GetWeight(Aged(0)), 1e-15);

    [Fact]
    public void Rational_weight_adds_age_and_relative_variance_in_the_denominator()
    {
        var weighting = new RationalWeighting(0.5, 0.25);
        Assert.Equal(1 / (1 + 1.0 + 0.5), weighting.GetWeight(new UpdateStatistics(2, 4, 2, 1, 1)), 1e-15);
        Assert.Equal(1 / (1 + 1.0), weighting.GetWeight(new UpdateStatistics(2, 4, double.NaN, 1, 1)), 1e-15);
    }

    [Fact]
    public void Alignment_weight_falls_with_disagreement_and_is_neutral_without_a_direction()
    {
        var weighting = new AlignmentWeighting(0.5, 0.1);
        Assert.Equal(WeightingInputs.Alignment, weighting.Inputs);
        Assert.Equal(1, weighting.GetWeight(new UpdateStatistics(0, 1, 1, 1, 1, 1)), 1e-15);
        Assert.Equal(0.5, weighting.GetWeight(new UpdateStatistics(0, 1, 1, 1, 1, 0)), 1e-15);
        Assert.Equal(0.1, weighting.GetWeight(new UpdateStatistics(0, 1, 1, 1, 1, -1)), 1e-15);
        Assert.Equal(0.5, weighting.GetWeight(new UpdateStatistics(3, 1, 1, 1, 1)), 1e-15);
    }

    private static readonly Gen<UpdateStatistics> Statistics =
        Gen.Select(Gen.Long[0, 1000], Gen.Double[0, 100], Gen.Double[1e-6, 100], (age, v, reference) => new UpdateStatistics(age, v, reference, Math.Sqrt(v), 1));

    [Fact]
    public void An_update_that_is_fresh_and_no_noisier_than_usual_counts_in_full() =>
        Statistics.Sample(s => new AgeAndVarianceWeighting().GetWeight(s with { Age = 0, Variance = Math.Min(s.Variance, s.ReferenceVariance) }) == 1);

    [Fact]
    public void Scaling_every_update_changes_no_weight() =>
        Gen.Select(Statistics, Gen.Double[1e-3, 1e3]).Sample((s, c) =>
            Assert.Equal(
                new AgeAndVarianceWeighting().GetWeight(s),
                new AgeAndVarianceWeighting().GetWeight(s with { Variance = s.Variance * c * c, ReferenceVariance = s.ReferenceVariance * c * c }),
                1e-12));

    [Fact]
    public void Age_and_variance_weight_stays_between_its_floor_and_one() =>
        Statistics.Sample(s =>
        {
            double weight = new AgeAndVarianceWeighting().GetWeight(s);
            return weight <= 1 && weight >= 0.1 * new PolynomialWeighting().GetWeight(s) * (1 - 1e-15);
        });

    [Fact]
    public void Without_a_variance_exponent_only_age_counts() =>
        Statistics.Sample(s => new AgeAndVarianceWeighting(varianceExponent: 0).GetWeight(s) == new PolynomialWeighting().GetWeight(s));

    [Fact]
    public void Without_a_reference_only_age_counts() =>
        Statistics.Sample(s => new AgeAndVarianceWeighting().GetWeight(s with { ReferenceVariance = double.NaN }) == new PolynomialWeighting().GetWeight(s));

    [Fact]
    public void Policies_refuse_numbers_that_make_no_sense()
    {
        Assert.Throws<ArgumentOutOfRangeException>("exponent", () => new PolynomialWeighting(-1));
        Assert.Throws<ArgumentOutOfRangeException>("exponent", () => new PolynomialWeighting(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("normalizedAtAge", () => new PolynomialWeighting(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("slope", () => new HingeWeighting(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>("graceAge", () => new HingeWeighting(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("factor", () => new ExponentialWeighting(1.1));
        Assert.Throws<ArgumentOutOfRangeException>("maxAge", () => new ThresholdWeighting(-1));
        Assert.Throws<ArgumentOutOfRangeException>("exponent", () => new ReciprocalWeighting(0));
        Assert.Throws<ArgumentOutOfRangeException>("minimum", () => new AgeAndVarianceWeighting(minimum: 2));
        Assert.Throws<ArgumentOutOfRangeException>("minimum", () => new AlignmentWeighting(minimum: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("ageFactor", () => new RationalWeighting(-1));
        Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => ServerOptimizer.Sgd(0));
        Assert.Throws<ArgumentOutOfRangeException>("beta1", () => ServerOptimizer.Adam(beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>("trimmedShare", () => Reduction.TrimmedMean(0.5));
        Assert.Throws<ArgumentOutOfRangeException>("kept", () => Reduction.MultiKrum(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("byzantine", () => Reduction.MultiKrum(-1));
        Assert.Throws<ArgumentOutOfRangeException>("mixing", () => BufferedAggregatorOptions.FedAsync(0));
    }
}
