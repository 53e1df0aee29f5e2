namespace Ftte.Aggregation;

/// <summary>Which optimizer a saved state is of. The numbers are saved.</summary>
internal enum OptimizerKind : byte
{
    Sgd = 0,
    Momentum = 1,
    Adagrad = 2,
    Adam = 3,
    Yogi = 4,
}
