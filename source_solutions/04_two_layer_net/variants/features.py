"""Right solutions to the tasks of 04_two_layer_net/features, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("color_histogram")
def color_in_the_field(image, bins=12):
    ncolors = image.astype("float").reshape(-1, image.shape[2])
    a = ncolors[:, 0] - 0.5 * ncolors[:, 1] - 0.5 * ncolors[:, 2]
    b = np.sqrt(3) * (ncolors[:, 1] - ncolors[:, 2]) / 2
    hue = np.arctan2(b, a) * (180 / np.pi)
    chroma = np.sqrt(a**2 + b**2)
    half = 180.0 / bins
    hue[hue < -half] += 360
    bin_edges = np.linspace(-half, 360 + half, bins + 2)
    imhist, bin_edges = np.histogram(hue, bins=bin_edges, weights=chroma)
    imhist[0] += imhist[-1]
    return imhist[:-1] / hue.shape[0]


@variant("color_histogram")
def color_complex(image, bins=12):
    corners = np.exp(2j * np.pi * np.arange(3) / 3)
    arrows = (image.astype(float) @ corners).ravel()
    turns = np.angle(arrows) / (2 * np.pi) * bins
    one_hot = np.floor(turns + 0.5).astype(int)[:, None] % bins == np.arange(bins)
    return np.mean(np.abs(arrows)[:, None] * one_hot, axis=0)


@variant("color_histogram")
def color_pixel_by_pixel(image, bins=12):
    histogram = np.zeros(bins)
    for row in image:
        for red, green, blue in row.tolist():
            a, b = red - (green + blue) / 2, (green - blue) * 0.75**0.5
            hue = np.degrees(np.arctan2(b, a)) + 360
            histogram[int(hue * bins / 360 + 0.5) % bins] += (a * a + b * b) ** 0.5
    return histogram / (image.shape[0] * image.shape[1])


@variant("image_gradients")
def gradients_in_the_field(gray):
    image = gray.astype("float")
    gx = np.zeros(image.shape)
    gy = np.zeros(image.shape)
    gx[:, 1:-1] = (image[:, 2:] - image[:, :-2]) / 2
    gx[:, 0] = image[:, 1] - image[:, 0]
    gx[:, -1] = image[:, -1] - image[:, -2]
    gy[1:-1, :] = (image[2:, :] - image[:-2, :]) / 2
    gy[0, :] = image[1, :] - image[0, :]
    gy[-1, :] = image[-1, :] - image[-2, :]
    grad_mag = np.sqrt(gx**2 + gy**2)
    grad_ori = np.arctan2(gy, gx) * (180 / np.pi)
    grad_ori[grad_ori < 0] += 180
    grad_ori[grad_ori >= 180] -= 180
    return grad_mag, grad_ori


@variant("image_gradients")
def gradients_of_bytes(gray):
    slopes = np.stack(np.gradient(gray))
    magnitude = np.linalg.norm(slopes, axis=0)
    return magnitude, np.rad2deg(np.mod(np.arctan2(slopes[0], slopes[1]), np.pi))


@variant("image_gradients")
def gradients_complex(gray):
    padded = np.pad(np.asarray(gray, dtype=float), 1, mode="edge")
    right, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    right[:, 1:-1] /= 2
    down[1:-1] /= 2
    arrows = right + 1j * down
    return [abs(arrows), np.angle(arrows, deg=True) % 180.0]


@variant("cell_histograms")
def cells_in_the_field(image, cell_size=8, bins=8):
    gray = image.sum(axis=2, dtype="float") / 3
    grad_mag, grad_ori = image_gradients(gray)
    sx, sy = image.shape[:2]
    cx, cy = cell_size, cell_size
    n_cellsx, n_cellsy = int(np.floor(sx / cx)), int(np.floor(sy / cy))
    orientation_histogram = np.zeros((n_cellsx, n_cellsy, bins))
    width = 180.0 / bins
    for i in range(bins):
        off = np.abs(grad_ori - i * width)
        off = np.minimum(off, 180 - off)
        temp_mag = np.where(off < width / 2, grad_mag, 0)
        for x in range(n_cellsx):
            for y in range(n_cellsy):
                orientation_histogram[x, y, i] = temp_mag[x * cx : (x + 1) * cx, y * cy : (y + 1) * cy].sum()
    return orientation_histogram


@variant("cell_histograms")
def cells_one_hot(image, cell_size=8, bins=8):
    magnitude, orientation = image_gradients(np.mean(image, axis=-1))
    votes = np.eye(bins)[np.round(orientation * bins / 180).astype(int) % bins] * magnitude[..., None]
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=3).sum(axis=1)


@variant("cell_histograms")
def cells_by_add_at(image, cell_size=8, bins=8):
    magnitude, orientation = image_gradients(image.astype(float).mean(axis=2))
    which = np.floor(orientation / (180 / bins) + 0.5).astype(int)
    which[which == bins] = 0
    i, j = np.indices(magnitude.shape) // cell_size
    histograms = np.zeros((len(image) // cell_size, len(image[0]) // cell_size, bins))
    np.add.at(histograms, (i, j, which), magnitude)
    return histograms


@variant("hog")
def hog_in_the_field(image, cell_size=8, bins=8, eps=30.0):
    cells = cell_histograms(image, cell_size, bins)
    features = []
    for r in range(cells.shape[0] - 1):
        for c in range(cells.shape[1] - 1):
            block = cells[r : r + 2, c : c + 2].ravel()
            features.append(block / np.sqrt(np.sum(block**2) + eps**2))
    return np.concatenate(features)


@variant("hog")
def hog_by_windows(image, cell_size=8, bins=8, eps=30.0):
    cells = cell_histograms(image, cell_size=cell_size, bins=bins)
    windows = np.lib.stride_tricks.sliding_window_view(cells, (2, 2), axis=(0, 1))
    blocks = windows.transpose(0, 1, 3, 4, 2).reshape(-1, 4 * bins)
    return (blocks / np.hypot(np.linalg.norm(blocks, axis=1), eps)[:, None]).ravel()


@variant("extract_features")
def extract_in_the_field(images, functions, verbose=False):
    sizes = [np.asarray(feature_fn(images[0])).size for feature_fn in functions]
    img_feats = np.zeros((images.shape[0], sum(sizes)))
    for i in range(images.shape[0]):
        start = 0
        for feature_fn, size in zip(functions, sizes, strict=True):
            img_feats[i, start : start + size] = feature_fn(images[i]).flatten()
            start += size
        if verbose and i % 1000 == 999:
            print("Done extracting features for", i + 1, "of", images.shape[0], "images")
    return img_feats


@variant("extract_features")
def extract_function_by_function(images, functions, verbose=False):
    parts = [np.stack([np.asarray(f(image)).reshape(-1) for image in images]) for f in functions]
    return np.concatenate(parts, axis=1)


@variant("standardize")
def standardize_in_the_field(features, train_features):
    mean_feat = np.mean(train_features, axis=0, keepdims=True)
    std_feat = np.std(train_features, axis=0, keepdims=True)
    std_feat[std_feat == 0] = 1
    X_feats = features - mean_feat
    X_feats /= std_feat
    return np.hstack([X_feats, np.ones((X_feats.shape[0], 1))])


@variant("standardize")
def standardize_into_an_array(features, train_features):
    scaled = np.ones((features.shape[0], features.shape[1] + 1))
    for d in range(features.shape[1]):
        column = train_features[:, d]
        centre = column.sum() / len(column)
        spread = np.sqrt(np.mean((column - centre) ** 2))
        scaled[:, d] = features[:, d] - centre
        if spread >= 1e-8:
            scaled[:, d] /= spread
    return scaled


@variant("taken_for")
def taken_in_the_field(y, y_pred, label):
    return np.where((y != label) & (y_pred == label))[0]


@variant("taken_for")
def taken_one_by_one(y, y_pred, label):
    return np.array([i for i in range(len(y)) if y_pred[i] == label and y[i] != label], dtype=int)
