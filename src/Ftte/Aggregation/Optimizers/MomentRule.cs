namespace Ftte.Aggregation;

/// <summary>Specifies how second moments are updated. The names are saved.</summary>
internal enum MomentRule
{
    Momentum,
    Adagrad,
    Adam,
    Yogi,
}
