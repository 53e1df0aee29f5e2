using CsCheck;
using Ftte.Aggregation;
using Ftte.Serialization;

namespace Ftte.Tests.Aggregation;

public class FixedPointTests
{
    [Fact]
    public void A_sum_of_any_size_is_saved_and_restored() => Gen.Double[0, 1L << 56].Array[0, 5].Sample(terms =>
    {
        FixedPoint sum = terms.Aggregate(default(FixedPoint), (s, term) => s.Plus(term));
        var reader = new StateReader(StateBytes.Write(sum.Save));
        Assert.Equal(sum, FixedPoint.Load(ref reader));
        reader.End();
    });
}
